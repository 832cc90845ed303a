// The state of the daemon: snapshots, seeds, the virtual clock, what health says.
import { html, useState } from '../lib/html.js';
import { call, get } from '../lib/api.js';
import { Button, Differences, Mistakes, Time, bytes, useLoad } from '../lib/parts.js';
import { t } from '../lib/words.js';

const STEPS = ['1m', '10m', '1h', '5h', '24h'];

function Clock() {
  const { value, error, again } = useLoad(() => get('/clock'), []);
  const [step, setStep] = useState('');
  const put = async (change) => { await call('PUT', '/clock', change); await again(); };
  return html`<section><h2>${t('Virtual clock')}</h2><${Mistakes} error=${error} />
    ${value && html`<p><${Time} at=${value.now} /> ${value.is_real ? t('as the real one') : value.frozen ? t('frozen') : t('moved')}</p>
      <p class="actions">${STEPS.map((step) => html`<${Button} act=${() => put({ advance: step })}>+${step}<//>`)}
        <label><span class="unseen">${t('Advance by')}</span><input type="text" size="8" placeholder="90s, 36h" value=${step} onInput=${(event) => setStep(event.target.value)} /></label>
        <${Button} disabled=${!step.trim()} act=${() => put({ advance: step.trim() })}>${t('Advance')}<//>
        <${Button} act=${() => put({ freeze: !value.frozen })}>${value.frozen ? t('Let it run') : t('Freeze')}<//>
        <${Button} act=${async () => { await call('DELETE', '/clock'); await again(); }}>${t('Real time again')}<//></p>
      <p class="quiet">${t('Windows, ages, back-off, schedules and keys follow it; time limits of functions and signatures do not.')}</p>`}</section>`;
}

const FOLDERS = 'fcemu-folders';
const folders = () => JSON.parse(localStorage.getItem(FOLDERS) || '[]');

function remember(folder) {
  localStorage.setItem(FOLDERS, JSON.stringify([folder, ...folders().filter((old) => old !== folder)].slice(0, 20)));
}

function Snapshots() {
  const [folder, setFolder] = useState(folders()[0] || '');
  const [said, say] = useState('');
  const [lines, setLines] = useState(null);
  const act = (what, done) => async () => { say(''); setLines(null); await call('POST', `/snapshots/${what}`, { folder }); remember(folder); say(done); };
  const compare = async () => { say(''); setLines((await call('POST', '/snapshots/diff', { folder })).differences); remember(folder); };
  return html`<section><h2>${t('Snapshots')}</h2>
    <p><label>${t('Folder on the machine of the daemon, absolute')} <input type="text" list="folders" value=${folder} placeholder="/tmp/before" onInput=${(event) => setFolder(event.target.value)} /></label>
      <datalist id="folders">${folders().map((one) => html`<option value=${one} />`)}</datalist></p>
    <p class="actions"><${Button} disabled=${!folder} act=${act('save', t('Saved.'))}>${t('Save')}<//> <${Button} disabled=${!folder} act=${act('load', t('Loaded.'))}>${t('Load')}<//>
      <${Button} disabled=${!folder} act=${compare}>${t('Compare with now')}<//> <output>${said}</output></p>
    ${lines && (lines.length ? html`<${Differences} lines=${lines} label=${t('From the snapshot to now')} />` : html`<p role="status">${t('Nothing differs.')}</p>`)}</section>`;
}

function Reset() {
  const [said, say] = useState('');
  const act = (path, body) => async () => { say(''); await call('POST', path, body); say(t('Done.')); };
  return html`<section><h2>${t('Begin again')}</h2><p class="actions">
    <${Button} act=${act('/reset', {})}>${t('Forget calls and counters')}<//>
    <output>${said}</output></p><${Seeds} reset=${act('/state/reset', { seed: true })} /></section>`;
}

const shown = (value) => (value === null || value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value));

function origin(one) {
  if (one.origin === 'file') return `${one.file}:${one.line}:${one.column}`;
  if (one.origin === 'flag') return one.flag;
  return one.origin === 'environment' ? one.variable : t('default');
}

/** Every setting, those that somebody chose in front. */
function Settings() {
  const { value, error } = useLoad(() => get('/settings'), []);
  const [words, setWords] = useState('');
  const [all, setAll] = useState(false);
  if (error) return html`<section><h2>${t('Settings')}</h2><${Mistakes} error=${error} /></section>`;
  if (!value) return null;
  const fits = (one) => (words ? one.key.includes(words) || one.help.includes(words) : all || one.origin !== 'default');
  const found = value.settings.filter(fits);
  return html`<section><h2>${t('Settings in force')}</h2>
    <p class="actions"><label>${t('Search settings')} <input type="text" value=${words} onInput=${(event) => setWords(event.target.value.trim())} /></label>
      <label><input type="checkbox" checked=${all} onChange=${(event) => setAll(event.target.checked)} /> ${t('Defaults, too')}</label> <span class="quiet">${value.file || t('No file was read.')}</span></p>
    ${found.length ? html`<table class="settings"><thead><tr><th scope="col">${t('Setting')}</th><th scope="col">${t('Value')}</th><th scope="col">${t('From')}</th></tr></thead>
      <tbody>${found.map((one) => html`<tr key=${one.key}><th scope="row" title=${one.help}>${one.key}</th><td>${shown(one.value)}${one.in_force ? html` <span class="quiet">(${one.in_force})</span>` : ''}</td><td>${origin(one)}</td></tr>`)}</tbody></table>`
    : html`<p class="quiet">${words ? t('No setting fits.') : t('All settings are defaults.')}</p>`}</section>`;
}

function Seeds({ reset }) {
  const { value } = useLoad(() => get('/settings?key=seeds'), []);
  const files = value && value.settings[0] ? value.settings[0].value || [] : [];
  return html`<h3>${t('Seed files')}</h3>${files.length ? html`<ul class="seeds">${files.map((one) => html`<li>${one}</li>`)}</ul>` : html`<p class="quiet">${t('None: start with --seeds FILE to have resources from the beginning.')}</p>`}
    <p><${Button} kind="stop" act=${reset}>${t('Resources as the seeds have them')}<//></p>`;
}

function Health({ health }) {
  if (!health) return null;
  const rows = [[t('Version'), health.version], [t('Started'), html`<${Time} at=${health.started_at} />`], [t('Addresses'), health.listeners.map((one) => (one.port ? `${one.address}:${one.port}` : one.address)).join(', ')],
    [t('Seed'), health.seed], [t('Rules'), health.faults.rules], [t('Calls kept'), `${health.journal.entries} (${bytes(health.journal.bytes)} / ${bytes(health.journal.bytes_max)})`],
    [t('Functions run'), health.functions ? (health.functions.enabled ? t('yes') : t('no')) : '–'], [t('Isolation'), health.functions && health.functions.isolation]];
  return html`<section><h2>${t('Daemon')}</h2><dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>`;
}

export function State({ health }) {
  return html`<div class="whole cards"><h1>${t('State')}</h1><${Clock} /><${Snapshots} /><${Reset} /><${Health} health=${health} /><${Settings} /></div>`;
}
