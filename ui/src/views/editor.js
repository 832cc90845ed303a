// A rule as YAML: completed from the schema, checked while it is typed, tried on the last calls before it goes live.
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { call, get } from '../lib/api.js';
import { Button, Mistakes, useLoad } from '../lib/parts.js';
import { complete } from '../lib/complete.js';
import { t } from '../lib/words.js';

const CHECK_MS = 300;
const LAST = 500;

function Verdict({ tried }) {
  if (!tried) return null;
  return html`<div role="status" class="tried"><p>${t('Would have struck {struck} of the last {calls} calls.', tried)}</p>
    ${tried.rules.length > 0 && html`<table><thead><tr><th scope="col">${t('Rule')}</th><th scope="col">${t('Fits')}</th><th scope="col">${t('Would strike')}</th></tr></thead>
      <tbody>${tried.rules.map((one) => html`<tr><td>${one.id}</td><td class="number">${one.matched}</td><td class="number">${one.fired}</td></tr>`)}</tbody></table>`}
    ${tried.warnings.map((one) => html`<p class="quiet">${one.line}:${one.column} ${one.message}</p>`)}</div>`;
}

/** Numbers beside the text; lines with a mistake are marked by sign and colour. */
function Gutter({ text, errors, top }) {
  const wrong = new Set(errors.map(({ line }) => line));
  return html`<pre class="gutter" aria-hidden="true" ref=${(node) => { if (node) node.scrollTop = top; }}>${text.split('\n').map((_, i) => html`<span class=${wrong.has(i + 1) ? 'bad' : ''}>${`${wrong.has(i + 1) ? '✗' : ''}${i + 1}\n`}</span>`)}</pre>`;
}

/** What stands there first: a rule to begin with, or (of:ID) a copy of one. */
function useText(of, first) {
  const [text, setText] = useState(of === 'new' ? first : '');
  useEffect(() => {
    if (of !== 'new') get(`/faults/rules/${encodeURIComponent(of.replace(/^of:/, ''))}`).then(({ source }) => setText(`version: 1\nrules:\n  - ${source.trimEnd().replace(/\n/g, '\n    ')}\n`)).catch(() => setText(first));
  }, [of]);
  return [text, setText];
}

export function Editor({ of, first, done }) {
  const [text, setText] = useText(of, first);
  const [error, setError] = useState(null);
  const [tried, setTried] = useState(null);
  const [offers, setOffers] = useState([]);
  const [top, setTop] = useState(0);
  const area = useRef();
  const { value: schema } = useLoad(() => get('/faults/schema.json'), []);
  useEffect(() => {
    let over = false;
    const timer = text && setTimeout(async () => {
      try {
        await call('POST', '/faults/check', text);
        const found = await call('POST', `/faults/dry-run?last=${LAST}`, text);
        if (!over) { setError(null); setTried(found); }
      } catch (problem) {
        if (!over) { setError(problem); setTried(null); }
      }
    }, CHECK_MS);
    return () => { over = true; clearTimeout(timer); };
  }, [text]);
  const offer = () => setOffers(schema ? complete(schema, text, area.current.selectionStart) : []);
  const take = ({ from, insert }) => {
    area.current.setRangeText(insert, from, area.current.selectionStart, 'end');
    area.current.focus();
    setText(area.current.value);
    setOffers([]);
  };
  const key = (event) => {
    if (event.key === 'Tab' && !event.shiftKey && offers.length) { event.preventDefault(); take(offers[0]); }
    if (event.key === 'Escape') { if (offers.length) setOffers([]); else done(); }
  };
  const errors = (error && error.errors) || [];
  return html`<section class="editor"><h1>${t('Rule, before it goes live')}</h1>
    <div class="code"><${Gutter} text=${text} errors=${errors} top=${top} />
      <textarea ref=${area} aria-label=${t('Rules as YAML')} aria-invalid=${errors.length > 0} spellcheck="false" autocapitalize="off" value=${text} rows=${Math.max(12, text.split('\n').length + 2)}
        onInput=${(event) => { setText(event.target.value); setOffers(schema ? complete(schema, event.target.value, event.target.selectionStart) : []); }}
        onKeyDown=${key} onKeyUp=${(event) => { if (event.key.startsWith('Arrow')) offer(); }} onClick=${offer} onScroll=${(event) => setTop(event.target.scrollTop)} /></div>
    <div class="offers" aria-live="polite">${offers.length > 0 && html`<span class="quiet">${t('Tab takes the first:')}</span> ${offers.map((one) => html`
      <button type="button" onClick=${() => take(one)}>${one.insert.trim()}</button> `)}`}</div>
    <${Mistakes} error=${error} /><${Verdict} tried=${tried} />
    <p class="actions"><${Button} kind="go" disabled=${Boolean(error)} act=${async () => { await call('PUT', '/faults', text); await done(); }}>${t('Put it in force')}<//>
      <button type="button" onClick=${done}>${t('Leave it')}</button> <span class="quiet">${t('It takes the place of what was added before; rules of files stay.')}</span></p></section>`;
}
