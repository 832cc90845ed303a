// A run of a drill: its timeline while it runs, its verdict with the evidence behind it, and what differs from another run.
import { html, useEffect, useState } from '../lib/html.js';
import { call, events, get } from '../lib/api.js';
import { go, href } from '../lib/route.js';
import { Button, Differences, Mistakes, Panel, duration, useLoad } from '../lib/parts.js';
import { Timeline } from '../lib/timeline.js';
import { t } from '../lib/words.js';

const LOOK_MS = 500;
const MARKS = { pass: '✓', fail: '✗', vacuous: '∅', inconclusive: '?', stopped: '■', interrupted: '■' };

export function Mark({ verdict }) {
  if (!verdict) return html`<span>…</span>`;
  const words = { pass: t('pass'), fail: t('fail'), vacuous: t('vacuous'), inconclusive: t('inconclusive'), stopped: t('stopped'), interrupted: t('interrupted') };
  return html`<span class=${`verdict ${verdict}`}>${MARKS[verdict] || ''} ${words[verdict] || verdict}</span>`;
}

/** What differs from another report that is kept. */
function Compare({ run, runs }) {
  const others = runs.filter((one) => one.state === 'over' && one.run !== Number(run));
  const [from, setFrom] = useState('');
  const { value, error } = useLoad(() => (from ? get(`/drills/runs/${run}/diff?from=${from}`) : null), [run, from]);
  if (!others.length) return null;
  return html`<h3>${t('Compared with another run')}</h3><label>${t('From run')} <select value=${from} onChange=${(event) => setFrom(event.target.value)}>
      <option value="">–</option>${others.map((one) => html`<option value=${one.run}>${one.run} (${one.drill}, ${one.verdict})</option>`)}</select></label>
    <${Mistakes} error=${error} />
    ${value && (value.differences.length ? html`<${Differences} lines=${value.differences} label=${t('What differs')} />` : html`<p role="status">${t('Nothing differs.')}</p>`)}`;
}

function Judged({ report }) {
  const items = [...report.require.map((one) => ({ ...one, assertion: one.rule ? `${one.name} ${one.rule}` : one.name })), ...report.assertions];
  return html`<table><thead><tr><th scope="col">${t('Judged')}</th><th scope="col">${t('Verdict')}</th><th scope="col">${t('Seen')}</th></tr></thead>
    <tbody>${items.map((one) => html`<tr><td>${one.assertion}</td><td><${Mark} verdict=${one.verdict} /></td><td>${one.text}
      ${(one.calls || []).map((id, i) => html` <a href=${href(['calls', id])} aria-label=${t('call {n}', { n: i + 1 })}>#${i + 1}</a>`)}</td></tr>`)}</tbody></table>`;
}

function Over({ run, runs }) {
  const { value, error } = useLoad(() => get(`/drills/runs/${run}/report?format=json`), [run]);
  return html`<${Mistakes} error=${error} />
    ${value && html`<p><${Mark} verdict=${value.verdict} /> ${value.drill} · ${duration(value.duration_ms)} · ${t('seed {seed}', { seed: value.seed })}</p>
      <p class="quiet">${value.ending ? value.ending.text : ''}</p>
      <${Timeline} calls=${value.timeline || []} steps=${value.steps} length=${value.duration_ms} />
      <${Judged} report=${value} />
      <h3>${t('Steps')}</h3><ol>${value.steps.map((one) => html`<li>${one.when}: ${one.does} <span class="quiet">(${one.state})</span></li>`)}</ol>
      <${Compare} run=${run} runs=${runs} />
      <p>${t('The report as')} ${['html', 'markdown', 'junit', 'text', 'json'].map((form) => html`<${Button} act=${() => keep(run, form)}>${form}<//> `)}</p>`}`;
}

/** To a file: an address could not carry the token. */
async function keep(run, form) {
  const body = await get(`/drills/runs/${run}/report?format=${form}`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([typeof body === 'string' ? body : JSON.stringify(body, null, 2)], { type: 'application/octet-stream' }));
  link.download = `run-${run}.${{ markdown: 'md', junit: 'xml', text: 'txt' }[form] || form}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** The calls since the run began, as they come. */
function Live({ run, again }) {
  const [seen, setSeen] = useState([]);
  const start = Date.now() - run.since_ms;
  const [began] = useState(start);
  useEffect(() => {
    let gathered = [];
    let timer = null;
    const show = () => { timer = null; const fresh = gathered; gathered = []; setSeen((old) => [...old, ...fresh].slice(-2000)); };
    get(`/requests?since=${Math.max(1, Math.ceil(run.since_ms))}ms&limit=1000`).then(({ requests }) => setSeen((old) => [...requests.filter((one) => !old.some(({ number }) => number === one.number)), ...old])).catch(() => {});
    const quit = events.listen(({ type, data }) => {
      if (type !== 'call') return;
      gathered.push(data);
      if (!timer) timer = setTimeout(show, 100);
    });
    return () => { quit(); clearTimeout(timer); };
  }, [run.run]);
  const calls = seen.map((one) => ({ ...one, at_ms: Math.max(0, Date.parse(one.time) - began), took_ms: one.duration_ms || 0 }));
  return html`<p><progress max=${run.steps || 1} value=${run.step}></progress> ${t('step {step} of {steps}', run)} · ${run.drill} · ${t('seed {seed}', { seed: run.seed })}
      <${Button} kind="stop" act=${async () => { await call('DELETE', `/drills/runs/${run.run}`); await again(); }}>${t('Stop')}<//></p>
    <${Timeline} calls=${calls} steps=${[]} length=${run.since_ms} />`;
}

export function Report({ run, runs, again }) {
  const one = runs.find((other) => String(other.run) === run);
  useEffect(() => {
    const timer = one && one.state !== 'over' && setInterval(again, LOOK_MS);
    return () => clearInterval(timer);
  }, [one && one.state]);
  return html`<${Panel} title=${t('Run {run}', { run })} close=${() => go(['drills'])}>
    ${!one && html`<p role="alert">${t('This run is not kept any more.')}</p>`}
    ${one && (one.state === 'over' ? html`<${Over} run=${run} runs=${runs} />` : html`<${Live} run=${one} again=${again} />`)}<//>`;
}
