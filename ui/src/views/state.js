// The state of the daemon: snapshots, seeds, the virtual clock, what health says.
import { html, useState } from '../lib/html.js';
import { call, get } from '../lib/api.js';
import { Button, Mistakes, Time, bytes, useLoad } from '../lib/parts.js';
import { t } from '../lib/words.js';

const STEPS = ['1m', '10m', '1h', '5h', '24h'];

function Clock() {
  const { value, error, again } = useLoad(() => get('/clock'), []);
  const put = async (change) => { await call('PUT', '/clock', change); await again(); };
  return html`<section><h2>${t('Virtual clock')}</h2><${Mistakes} error=${error} />
    ${value && html`<p><${Time} at=${value.now} /> ${value.is_real ? t('as the real one') : value.frozen ? t('frozen') : t('moved')}</p>
      <p class="actions">${STEPS.map((step) => html`<${Button} act=${() => put({ advance: step })}>+${step}<//>`)}
        <${Button} act=${() => put({ freeze: !value.frozen })}>${value.frozen ? t('Let it run') : t('Freeze')}<//>
        <${Button} act=${async () => { await call('DELETE', '/clock'); await again(); }}>${t('Real time again')}<//></p>
      <p class="quiet">${t('Windows, ages, back-off, schedules and keys follow it; time limits of functions and signatures do not.')}</p>`}</section>`;
}

function Snapshots() {
  const [folder, setFolder] = useState('');
  const [said, say] = useState('');
  const act = (what, done) => async () => { say(''); await call('POST', `/snapshots/${what}`, { folder }); say(done); };
  return html`<section><h2>${t('Snapshots')}</h2>
    <p><label>${t('Folder on the machine of the daemon, absolute')} <input type="text" value=${folder} placeholder="/tmp/before" onInput=${(event) => setFolder(event.target.value)} /></label></p>
    <p class="actions"><${Button} disabled=${!folder} act=${act('save', t('Saved.'))}>${t('Save')}<//> <${Button} disabled=${!folder} act=${act('load', t('Loaded.'))}>${t('Load')}<//> <output>${said}</output></p></section>`;
}

function Reset() {
  const [said, say] = useState('');
  const act = (path, body) => async () => { say(''); await call('POST', path, body); say(t('Done.')); };
  return html`<section><h2>${t('Begin again')}</h2><p class="actions">
    <${Button} act=${act('/reset', {})}>${t('Forget calls and counters')}<//>
    <${Button} kind="stop" act=${act('/state/reset', { seed: true })}>${t('Resources as the seeds have them')}<//> <output>${said}</output></p></section>`;
}

function Health({ health }) {
  if (!health) return null;
  const rows = [[t('Version'), health.version], [t('Started'), html`<${Time} at=${health.started_at} />`], [t('Addresses'), health.listeners.map((one) => (one.port ? `${one.address}:${one.port}` : one.address)).join(', ')],
    [t('Seed'), health.seed], [t('Rules'), health.faults.rules], [t('Calls kept'), `${health.journal.entries} (${bytes(health.journal.bytes)} / ${bytes(health.journal.bytes_max)})`],
    [t('Functions run'), health.functions ? (health.functions.enabled ? t('yes') : t('no')) : '–'], [t('Isolation'), health.functions && health.functions.isolation]];
  return html`<section><h2>${t('Daemon')}</h2><dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>`;
}

export function State({ health }) {
  return html`<div class="whole cards"><h1>${t('State')}</h1><${Clock} /><${Snapshots} /><${Reset} /><${Health} health=${health} /></div>`;
}
