// Small things that every view shows alike: times, statuses, charts, buttons, messages.
import { html, useEffect, useRef, useState } from './html.js';
import { language, t } from './words.js';
import { Problem } from './api.js';

const two = (n) => String(n).padStart(2, '0');

/** A time in the reader's zone; the exact one when asked for. */
export function Time({ at }) {
  if (!at) return html`<span class="quiet">–</span>`;
  const date = new Date(at);
  const short = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
  return html`<time datetime=${at} title=${`${date.toLocaleString(language.value)} (${at})`}>${short}</time>`;
}

export function duration(ms) {
  if (ms === null || ms === undefined) return '–';
  if (ms < 1) return `${(ms * 1000).toFixed(0)} µs`;
  if (ms < 1000) return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  return `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;
}

export function bytes(n) {
  if (n < 1024) return `${n} B`;
  return n < 1 << 20 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / (1 << 20)).toFixed(1)} MiB`;
}

/** What a call came to: number, word and shape, so that colour is never the only sign. */
export function Status({ row }) {
  const status = row.status || 0;
  const kind = !status ? 'cut' : status < 400 ? 'good' : status < 500 ? 'client' : 'server';
  const mark = { cut: '✂', good: '✓', client: '!', server: '✗' }[kind];
  return html`<span class=${`status ${kind}`}><span aria-hidden="true">${mark}</span> ${status || t('no answer')}${row.code ? html` <b>${row.code}</b>` : ''}</span>`;
}

/** Gaps between the attempts of a chain, one bar each. */
export function Spark({ gaps, label }) {
  const most = Math.max(...gaps, 1);
  const width = 6 * gaps.length;
  return html`<svg class="spark" role="img" aria-label=${label} width=${width} height="16" viewBox=${`0 0 ${width} 16`}>
    ${gaps.map((gap, i) => html`<rect x=${i * 6} width="4" y=${16 - Math.max(1, (gap / most) * 16)} height=${Math.max(1, (gap / most) * 16)} />`)}
  </svg>`;
}

/** A share as a bar with its figures beside it. */
export function Share({ part, whole, label }) {
  const share = whole ? part / whole : 0;
  return html`<span class="share" role="img" aria-label=${label}>
    <svg width="72" height="10" viewBox="0 0 72 10" aria-hidden="true"><rect class="rest" width="72" height="10" rx="2" /><rect width=${share * 72} height="10" rx="2" /></svg>
    <span class="figure">${part} / ${whole}</span></span>`;
}

/** A button that does something and shows while and how it went; with `on`, a switch. `act` may be async. */
export function Button({ act, children, kind = '', label, disabled, pressed, on }) {
  const [state, setState] = useState({});
  const press = async () => {
    setState({ busy: true });
    try {
      await act();
      setState({});
    } catch (error) {
      setState({ error: error.message });
    }
  };
  return html`<button type="button" class=${kind} aria-label=${label} aria-pressed=${pressed} role=${on === undefined ? undefined : 'switch'} aria-checked=${on} disabled=${disabled || state.busy} onClick=${press}>${children}</button>
    ${state.error && html`<span role="alert" class="bad"> ${state.error}</span>`}`;
}

/** Mistakes as the daemon lists them, with their place. */
export function Mistakes({ error }) {
  if (!error) return null;
  const list = error instanceof Problem && error.errors.length ? error.errors : [{ message: error.message }];
  return html`<ul class="mistakes" role="alert">${list.map((one) => html`<li>
    ${one.line ? html`<b>${one.line}:${one.column}</b> ` : ''}${one.message}${one.hint ? html`<br /><span class="quiet">${one.hint}</span>` : ''}</li>`)}</ul>`;
}

/** Browsers have a clipboard for pages of this machine or with a certificate; elsewhere the text is selected and copied as by hand. */
async function toClipboard(text, shown) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  getSelection().selectAllChildren(shown);
  if (!document.execCommand('copy')) throw new Error(t('It is selected: copy it by the keyboard.'));
}

/** Text to copy, with its button. */
export function Copyable({ text, label }) {
  const [done, setDone] = useState(false);
  const ref = useRef();
  const copy = async () => {
    await toClipboard(text, ref.current);
    setDone(true);
    setTimeout(() => setDone(false), 2000);
  };
  return html`<div class="copyable"><pre tabindex="0" aria-label=${label} ref=${ref}>${text}</pre><${Button} act=${copy}>${done ? t('Copied') : t('Copy')}<//></div>`;
}

/** A panel over the page: focus goes in, Esc and its button lead out, focus goes back. */
export function Panel({ title, close, children }) {
  const ref = useRef();
  useEffect(() => {
    const before = document.activeElement;
    ref.current.focus();
    return () => before && before.focus && before.focus();
  }, []);
  const key = (event) => {
    if (event.key === 'Escape') { event.stopPropagation(); close(); }
  };
  return html`<section class="panel" role="dialog" aria-modal="false" aria-label=${title} tabindex="-1" ref=${ref} onKeyDown=${key}>
    <header><h2>${title}</h2><button type="button" onClick=${close} aria-label=${t('Close')}>✕</button></header>${children}</section>`;
}

/** Tabs by the arrow keys; `tabs` is [{id, name, body()}]. */
export function Tabs({ tabs, label, at, choose }) {
  const [own, setOwn] = useState(tabs[0].id);
  const chosen = at || own;
  const pick = choose || setOwn;
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const i = tabs.findIndex((tab) => tab.id === chosen);
    const next = tabs[(i + step + tabs.length) % tabs.length];
    pick(next.id);
    event.currentTarget.querySelector(`[data-tab="${next.id}"]`).focus();
  };
  const tab = tabs.find((one) => one.id === chosen) || tabs[0];
  return html`<div role="tablist" class="tabs" aria-label=${label} onKeyDown=${move}>${tabs.map((one) => html`
      <button type="button" role="tab" data-tab=${one.id} aria-selected=${one === tab} tabindex=${one === tab ? 0 : -1} onClick=${() => pick(one.id)}>${one.name}</button>`)}</div>
    <div role="tabpanel" class="tabpanel" aria-label=${tab.name} tabindex="0">${tab.body()}</div>`;
}

/** Load something, again when `deps` change; {value, error, again()}. */
export function useLoad(load, deps) {
  const [state, setState] = useState({});
  const turn = useRef(0);
  const again = async () => {
    const mine = ++turn.current;
    try {
      const value = await load();
      if (mine === turn.current) setState({ value });
    } catch (error) {
      if (mine === turn.current) setState((old) => ({ ...old, error }));
    }
  };
  useEffect(() => { again(); return () => { turn.current++; }; }, deps);
  return { ...state, again };
}

/** Lines of a comparison: what came, what went, what is another. */
export function Differences({ lines, label }) {
  return html`<pre class="differences" tabindex="0" aria-label=${label}>${lines.map((line) => html`<span class=${{ '+': 'plus', '-': 'minus' }[line[0]] || ''}>${`${line}\n`}</span>`)}</pre>`;
}
