// Drills: what there is to run, what runs, the verdicts with their evidence; how clients reacted and what was tried at all.
import { html, useEffect, useState } from '../lib/html.js';
import { call, events, get } from '../lib/api.js';
import { go, href, place } from '../lib/route.js';
import { Button, Mistakes, Panel, Tabs, duration, useLoad } from '../lib/parts.js';
import { t } from '../lib/words.js';

const LOOK_MS = 500;
const MARKS = { pass: '✓', fail: '✗', vacuous: '∅', inconclusive: '?', stopped: '■', interrupted: '■' };

function Mark({ verdict }) {
  if (!verdict) return html`<span>…</span>`;
  return html`<span class=${`verdict ${verdict}`}>${MARKS[verdict] || ''} ${verdict}</span>`;
}

/** Calls over the time of the run: hollow where a rule struck, so that colour is not the only sign. */
function Timeline({ report }) {
  const calls = report.timeline || [];
  const length = Math.max(report.duration_ms, ...calls.map((one) => one.at_ms + one.took_ms), 1);
  const x = (ms) => 8 + (ms / length) * 580;
  return html`<svg class="timeline" role="img" viewBox="0 0 600 86" aria-label=${t('{total} calls over {time}, {struck} struck', { ...report.calls, time: duration(report.duration_ms) })}>
    <line x1="8" x2="588" y1="60" y2="60" />
    ${report.steps.map((one) => one.at_ms !== undefined && html`<g class="step"><line x1=${x(one.at_ms)} x2=${x(one.at_ms)} y1="8" y2="60" /><text x=${x(one.at_ms) + 2} y="14">${one.number}</text></g>`)}
    ${calls.map((one) => html`<circle class=${one.rule ? 'struck' : one.status >= 400 || !one.status ? 'bad' : 'good'} cx=${x(one.at_ms)} cy=${one.rule ? 36 : 50} r="4"><title>${`${one.operation} ${one.status || one.cut} ${one.code || ''}`}</title></circle>`)}
    <text x="8" y="78">0</text><text x="588" y="78" text-anchor="end">${duration(length)}</text></svg>
    <p class="quiet">${t('Hollow and above: a rule struck. Lines: steps of the drill.')}</p>`;
}

function Report({ run, close }) {
  const { value, error } = useLoad(() => get(`/drills/runs/${run}/report?format=json`), [run]);
  const items = value ? [...value.require.map((one) => ({ ...one, assertion: one.rule ? `${one.name} ${one.rule}` : one.name })), ...value.assertions] : [];
  return html`<${Panel} title=${t('Run {run}', { run })} close=${close}><${Mistakes} error=${error} />
    ${value && html`<p><${Mark} verdict=${value.verdict} /> ${value.drill} · ${duration(value.duration_ms)} · ${t('seed {seed}', { seed: value.seed })}</p>
      <p class="quiet">${value.ending || ''}</p>
      <${Timeline} report=${value} />
      <table><thead><tr><th scope="col">${t('Judged')}</th><th scope="col">${t('Verdict')}</th><th scope="col">${t('Seen')}</th></tr></thead>
        <tbody>${items.map((one) => html`<tr><td>${one.assertion}</td><td><${Mark} verdict=${one.verdict} /></td><td>${one.text}
          ${(one.calls || []).map((id, i) => html` <a href=${href(['calls', id])} aria-label=${t('call {n}', { n: i + 1 })}>#${i + 1}</a>`)}</td></tr>`)}</tbody></table>
      <h3>${t('Steps')}</h3><ol>${value.steps.map((one) => html`<li>${one.when}: ${one.does} <span class="quiet">(${one.state})</span></li>`)}</ol>`}<//>`;
}

function Runs({ runs, again }) {
  if (!runs.length) return html`<p class="empty">${t('No drill has run.')}</p>`;
  return html`<table><thead><tr><th scope="col">${t('Run')}</th><th scope="col">${t('Drill')}</th><th scope="col">${t('State')}</th><th scope="col">${t('Verdict')}</th><th scope="col"></th></tr></thead>
    <tbody>${[...runs].reverse().map((one) => html`<tr><td>${one.state === 'over' ? html`<a href=${href(['drills', String(one.run)])}>${one.run}</a>` : one.run}</td><td>${one.drill}</td>
      <td>${one.state === 'over' ? t('over') : html`<progress max=${one.steps || 1} value=${one.step}></progress> ${t('step {step} of {steps}', one)}`}</td>
      <td>${one.state === 'over' && html`<${Mark} verdict=${one.verdict} />`}</td>
      <td>${one.state !== 'over' && html`<${Button} kind="stop" act=${async () => { await call('DELETE', `/drills/runs/${one.run}`); await again(); }}>${t('Stop')}<//>`}</td></tr>`)}</tbody></table>`;
}

function Reactions() {
  const { value, error } = useLoad(() => get('/clients'), []);
  if (error) return html`<${Mistakes} error=${error} />`;
  if (!value) return null;
  if (!value.rows.length) return html`<p class="empty">${t('No call has failed yet: nothing to react to.')}</p>`;
  return html`<table><caption>${t('How each kind of client took each failure')}</caption><thead><tr><th scope="col">${t('Client')}</th><th scope="col">${t('Operation')}</th><th scope="col">${t('Failure')}</th>
      <th scope="col">${t('Calls')}</th><th scope="col">${t('Attempts')}</th><th scope="col">${t('Gaps')}</th><th scope="col">${t('Came through')}</th></tr></thead>
    <tbody>${value.rows.map((one) => html`<tr><td>${one.sdk}</td><td>${one.operation}</td><td><a href=${href(['calls'], { filter: `code=${one.failure}` })}>${one.failure}</a></td>
      <td class="number">${one.calls}</td><td class="number">${one.attempts_least === one.attempts_most ? one.attempts_most : `${one.attempts_least}–${one.attempts_most}`}</td>
      <td>${one.gaps_ms.map(duration).join(', ')}</td><td class="number">${one.succeeded} / ${one.calls}</td></tr>`)}</tbody></table>`;
}

function Coverage() {
  const { value, error } = useLoad(() => get('/coverage'), []);
  if (error) return html`<${Mistakes} error=${error} />`;
  if (!value) return null;
  const signs = { injected: '·', reached: '○', reacted: '●' };
  return html`<p>${t('{reached} of {applicable} documented pairs of error and operation were met.', value)}</p>
    <p class="quiet">${t('· injected, ○ reached a client, ● the client reacted')}</p>
    <table><thead><tr><th scope="col">${t('Error')}</th><th scope="col">${t('Operation')}</th><th scope="col">${t('State')}</th></tr></thead>
    <tbody>${value.cells.map((one) => html`<tr><td>${one.error}</td><td><a href=${href(['calls'], { filter: `operation=${one.operation} code=${one.error}` })}>${one.operation}</a></td><td>${signs[one.state] || ''} ${one.state}</td></tr>`)}</tbody></table>
    <h3>${t('Try next')}</h3><ul>${value.missing.slice(0, 10).map((one) => html`<li>${one.error} × ${one.operation}</li>`)}</ul>`;
}

export function Drills() {
  const [tab, setTab] = useState('runs');
  const { value, error, again } = useLoad(async () => ({ drills: (await get('/drills')).drills, runs: (await get('/drills/runs')).runs }), []);
  const chosen = place.value.rest[0];
  const running = value && value.runs.some((one) => one.state !== 'over');
  useEffect(() => {
    const timer = running && setInterval(again, LOOK_MS);
    const quit = events.listen(({ type }) => { if (type.startsWith('drill') || type === 'reloaded') again(); });
    return () => { clearInterval(timer); quit(); };
  }, [running]);
  const start = async (id) => { await call('POST', `/drills/${encodeURIComponent(id)}/runs`); await again(); };
  const tabs = [
    { id: 'runs', name: t('Runs'), body: () => html`
      ${value && (value.drills.length ? html`<ul class="drills">${value.drills.map((one) => html`<li><b>${one.id}</b> ${one.description || ''} <${Button} act=${() => start(one.id)}>${t('Run')}<//></li>`)}</ul>`
    : html`<p>${t('No drill is loaded. Name a file with drills in faults, or run one of config/drills with fcemu drill run.')}</p>`)}
      ${value && html`<${Runs} runs=${value.runs} again=${again} />`}` },
    { id: 'reactions', name: t('Reactions'), body: () => html`<${Reactions} />` },
    { id: 'coverage', name: t('Coverage'), body: () => html`<${Coverage} />` },
  ];
  return html`<div class=${chosen ? 'split' : 'whole'}><div class="left"><h1>${t('Drills')}</h1><${Mistakes} error=${error} />
    <${Tabs} label=${t('Parts')} tabs=${tabs} at=${tab} choose=${setTab} /></div>
    ${chosen && html`<${Report} key=${chosen} run=${chosen} close=${() => go(['drills'])} />`}</div>`;
}
