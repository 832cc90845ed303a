// Drills: what there is to run, what runs, the reports that are kept; how clients reacted and what was tried at all.
import { html, useEffect } from '../lib/html.js';
import { call, events, get } from '../lib/api.js';
import { go, href, place } from '../lib/route.js';
import { Button, Mistakes, Tabs, useLoad } from '../lib/parts.js';
import { Coverage, Reactions } from './maps.js';
import { Mark, Report } from './report.js';
import { t } from '../lib/words.js';

const LOOK_MS = 500;

function Plans({ drills, start }) {
  if (!drills.length) return html`<p>${t('No drill is loaded. Name a file with drills in faults, or run one of config/drills with fcemu drill run.')}</p>`;
  return html`<ul class="drills">${drills.map((one) => html`<li><b>${one.id}</b> ${one.description || ''} <${Button} act=${() => start(one.id)} label=${t('Run {run}', { run: one.id })}>${t('Run')}<//></li>`)}</ul>`;
}

function Runs({ runs }) {
  if (!runs.length) return html`<p class="empty">${t('No drill has run.')}</p>`;
  return html`<table><caption>${t('Runs that are kept, newest first')}</caption><thead><tr><th scope="col">${t('Run')}</th><th scope="col">${t('Drill')}</th><th scope="col">${t('State')}</th><th scope="col">${t('Verdict')}</th></tr></thead>
    <tbody>${[...runs].reverse().map((one) => html`<tr key=${one.run}><td><a href=${href(['drills', String(one.run)])}>${one.run}</a></td><td>${one.drill}</td>
      <td>${one.state === 'over' ? t('over') : html`<progress max=${one.steps || 1} value=${one.step}></progress> ${t('step {step} of {steps}', one)}`}</td>
      <td>${one.state === 'over' && html`<${Mark} verdict=${one.verdict} />`}</td></tr>`)}</tbody></table>`;
}

export function Drills() {
  const { value, error, again } = useLoad(async () => ({ drills: (await get('/drills')).drills, runs: (await get('/drills/runs')).runs }), []);
  const where = place.value.rest[0];
  const chosen = /^\d+$/.test(where || '') ? where : null;
  const running = value && value.runs.some((one) => one.state !== 'over');
  useEffect(() => {
    const timer = running && setInterval(again, LOOK_MS);
    const quit = events.listen(({ type }) => { if (type.startsWith('drill') || type === 'reloaded') again(); });
    return () => { clearInterval(timer); quit(); };
  }, [running]);
  const start = async (id) => { const { run } = await call('POST', `/drills/${encodeURIComponent(id)}/runs`); await again(); go(['drills', String(run)]); };
  const tabs = [
    { id: 'runs', name: t('Runs'), body: () => value && html`<${Plans} drills=${value.drills} start=${start} /><${Runs} runs=${value.runs} />` },
    { id: 'reactions', name: t('Reactions'), body: () => html`<${Reactions} />` },
    { id: 'coverage', name: t('Coverage'), body: () => html`<${Coverage} />` },
  ];
  return html`<div class=${chosen ? 'split' : 'whole'}><div class="left"><h1>${t('Drills')}</h1><${Mistakes} error=${error} />
    <${Tabs} label=${t('Parts')} tabs=${tabs} at=${chosen ? 'runs' : where || 'runs'} choose=${(next) => go(['drills', next])} /></div>
    ${chosen && value && html`<${Report} key=${chosen} run=${chosen} runs=${value.runs} again=${again} />`}</div>`;
}
