// What is deployed: region, account, service, function; one of them opened, invoked, given new code.
import { html, useEffect, useState } from '../lib/html.js';
import { checkSize, checkZip, fromDrop, fromInput, zip } from '../lib/zip.js';
import { call, events, get, product } from '../lib/api.js';
import { go, href, place } from '../lib/route.js';
import { Logs } from '../lib/logs.js';
import { Button, Mistakes, Panel, Tabs, Time, bytes, useLoad } from '../lib/parts.js';
import { t } from '../lib/words.js';

const SERVICE_OF_2023 = '_fc3';
const WRITES = /^(Create|Update|Delete|Put|Publish|Tag|Untag|Register|Deregister)/;

const fullName = (row) => (row.parent && row.parent !== SERVICE_OF_2023 ? `${row.parent}/${row.name}` : row.name);
const idOf = (row) => [row.region, row.account, row.parent || SERVICE_OF_2023, row.name];

function apiPath(row, rest = '') {
  return row.parent && row.parent !== SERVICE_OF_2023
    ? `/2016-08-15/services/${encodeURIComponent(row.parent)}/functions/${encodeURIComponent(row.name)}${rest}`
    : `/2023-03-30/functions/${encodeURIComponent(row.name)}${rest}`;
}

async function base64(file) {
  const url = await new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
  return url.slice(url.indexOf(',') + 1);
}

/** What the API itself said, where it refused. */
function refused(answer) {
  if (answer.status < 400) return answer;
  let body = {};
  try { body = JSON.parse(answer.text); } catch { /* shown as it is */ }
  throw new Error(`${answer.status} ${body.errorCode || body.ErrorCode || body.Code || ''}: ${body.errorMessage || body.ErrorMessage || body.Message || answer.text.slice(0, 200)}`);
}

const SAVED = 'fcemu-events';
const savedEvents = () => JSON.parse(localStorage.getItem(SAVED) || '{}');

/** Events that the reader keeps in this browser, by name. */
function Saved({ event, choose }) {
  const [all, setAll] = useState(savedEvents());
  const [name, setName] = useState('');
  const keep = (next) => { localStorage.setItem(SAVED, JSON.stringify(next)); setAll(next); };
  const save = () => { keep({ ...all, [name.trim()]: event }); setName(''); };
  const drop = (old) => keep(Object.fromEntries(Object.entries(all).filter(([one]) => one !== old)));
  return html`<p class="forms">${t('Saved')}: ${Object.keys(all).map((one) => html`<button type="button" onClick=${() => choose(all[one])}>${one}</button><button
        type="button" aria-label=${t('Forget {name}', { name: one })} onClick=${() => drop(one)}>✕</button> `)}
      <label><span class="unseen">${t('Name of the event')}</span><input type="text" size="14" placeholder=${t('Name of the event')} value=${name} onInput=${(input) => setName(input.target.value)} /></label>
      <button type="button" disabled=${!name.trim()} onClick=${save}>${t('Save')}</button></p>`;
}

/** Payloads of event sources as they are documented, and none. */
function Samples({ choose }) {
  const { value } = useLoad(() => get('/triggers/events'), []);
  const pick = async (type) => choose(type ? JSON.stringify(await get(`/triggers/events/${type}`), null, 2) : '');
  return html`<p class="forms">${t('Event')}: <${Button} act=${() => pick('')}>${t('empty')}<//> ${(value ? value.events : []).map((type) => html`<${Button} act=${() => pick(type)}>${type}<//> `)}</p>`;
}

function Answer({ answer }) {
  const log = answer.headers.get('X-Fc-Log-Result');
  const took = answer.headers.get('X-Fc-Invocation-Duration');
  return html`<div role="status"><p><b>${answer.status}</b> ${answer.headers.get('X-Fc-Error-Type') || ''} ${took ? `${took} ms` : ''}
      <a href=${href(['calls', answer.headers.get('X-Fc-Request-Id') || ''])}>${t('the call')}</a></p>
    <pre tabindex="0" aria-label=${t('Answer')}>${answer.text}</pre>
    ${log && html`<h3>${t('Log')}</h3><pre tabindex="0" aria-label=${t('Log')}>${new TextDecoder().decode(Uint8Array.from(atob(log), (c) => c.charCodeAt(0)))}</pre>`}</div>`;
}

function Invoke({ row }) {
  const [event, setEvent] = useState('');
  const [later, setLater] = useState(false);
  const [answer, setAnswer] = useState(null);
  const invoke = async () => {
    setAnswer(null);
    setAnswer(await product(row, 'POST', apiPath(row, '/invocations'), event || undefined, later ? { 'X-Fc-Invocation-Type': 'Async' } : { 'X-Fc-Log-Type': 'Tail' }));
  };
  return html`<${Samples} choose=${setEvent} /><${Saved} event=${event} choose=${setEvent} />
    <textarea rows="8" spellcheck="false" aria-label=${t('Event')} value=${event} onInput=${(input) => setEvent(input.target.value)}></textarea>
    <p class="actions"><label><input type="checkbox" checked=${later} onChange=${(input) => setLater(input.target.checked)} /> ${t('asynchronously')}</label>
      <${Button} kind="go" act=${invoke}>${t('Invoke')}<//></p>
    ${answer && html`<${Answer} answer=${answer} />`}`;
}

function Triggers({ row, triggers }) {
  const [fired, setFired] = useState(null);
  const fire = async (name) => setFired(await call('POST', '/triggers/fire', { function: fullName(row), trigger: name, account: row.account, region: row.region }));
  if (!triggers.length) return html`<p class="quiet">${t('No trigger.')}</p>`;
  return html`${triggers.map((one) => html`<h3>${one.name} <span class="quiet">${one.document.triggerType}</span></h3>
      ${one.document.triggerType !== 'http' && html`<${Button} act=${() => fire(one.name)}>${t('Fire now')}<//>`}
      <pre tabindex="0" aria-label=${one.name}>${JSON.stringify(one.document.triggerConfig || one.document, null, 2)}</pre>`)}
    ${fired && html`<p role="status">${t('Fired:')} <a href=${href(['calls'], { filter: `request_id=${fired.request_id}` })}>${fired.request_id}</a></p>`}`;
}

function Code({ row, again }) {
  const [said, say] = useState('');
  const [error, setError] = useState(null);
  const put = async ({ name, blob }) => {
    checkSize(blob.size);
    await checkZip(name, blob);
    refused(await product(row, 'PUT', apiPath(row), JSON.stringify({ code: { zipFile: await base64(blob) } }), { 'Content-Type': 'application/json' }));
    say(t('{name} is deployed.', { name }));
    await again();
  };
  const take = (found) => { say(''); setError(null); found.then(put).catch(setError); };
  const folder = (list) => { if (list.length) take(fromInput(list).then((files) => ({ name: list[0].webkitRelativePath.split('/')[0], blob: zip(files) }))); };
  return html`<div class="drop" onDragOver=${(event) => event.preventDefault()} onDrop=${(event) => { event.preventDefault(); take(fromDrop(event.dataTransfer)); }}>
    <p>${row.document.codeSize ? `${bytes(row.document.codeSize)}, ${t('checksum')} ${row.document.codeChecksum}` : t('No code yet.')}</p>
    <p>${t('Drop a zip or a folder here, or choose one:')}</p>
    <p><label>${t('A zip')} <input type="file" accept=".zip" onChange=${(event) => { const [file] = event.target.files; if (file) take(Promise.resolve({ name: file.name, blob: file })); }} /></label></p>
    <p><label>${t('A folder')} <input type="file" webkitdirectory onChange=${(event) => folder(event.target.files)} /></label></p>
    <output>${said}</output></div><${Mistakes} error=${error} />`;
}

const placeQuery = (row) => new URLSearchParams({ function: fullName(row), account: row.account, region: row.region });
const LIVE_MS = 1000;

/** Loads again as calls come and go, but no more often than each second. */
function useLive(load, deps) {
  const loaded = useLoad(load, deps);
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) loaded.again(); }, LIVE_MS);
    return () => clearInterval(timer);
  }, deps);
  return loaded;
}

function Instances({ row }) {
  const { value, error } = useLive(() => get(`/instances?${placeQuery(row)}`), [fullName(row)]);
  const names = { starting: t('starting'), idle: t('idle'), busy: t('busy'), draining: t('draining') };
  if (error) return html`<${Mistakes} error=${error} />`;
  if (!value) return null;
  if (!value.instances.length) return html`<p class="quiet">${t('No instance runs now.')}</p>`;
  return html`<table><thead><tr><th scope="col">${t('Instance')}</th><th scope="col">${t('State')}</th><th scope="col" class="number">${t('Running now')}</th><th scope="col" class="number">${t('Answered')}</th>
      <th scope="col">${t('Ran')}</th><th scope="col">${t('Version')}</th><th scope="col">${t('Since')}</th></tr></thead>
    <tbody>${value.instances.map((one) => html`<tr key=${one.id}><td>${one.id}</td><td>${names[one.state]}${one.provisioned ? ` (${t('provisioned')})` : ''}</td><td class="number">${one.calls}</td><td class="number">${one.served}</td>
      <td>${one.ran}</td><td>${one.qualifier}</td><td><${Time} at=${one.created} /></td></tr>`)}</tbody></table>`;
}

function Tasks({ row }) {
  const { value, error, again } = useLive(() => get(`/async?${placeQuery(row)}`), [fullName(row)]);
  const [said, say] = useState(null);
  const act = (one, what) => async () => { const answer = await call('POST', `/async/${encodeURIComponent(one.id)}/${what}`); say(answer.request_id || null); await again(); };
  const isOver = (one) => Boolean(one.ended);
  if (error) return html`<${Mistakes} error=${error} />`;
  if (!value) return null;
  return html`<p class="actions"><${Button} act=${async () => { await call('POST', '/async/drain', { within: '1s' }).catch((problem) => { if (problem.status !== 504) throw problem; }); await again(); }}>${t('Run all that wait now')}<//>
      ${said && html`<span role="status">${t('Runs as')} <a href=${href(['calls'], { filter: `request_id=${said}` })}>${said}</a></span>`}</p>
    ${value.calls.length ? html`<table><thead><tr><th scope="col">${t('Accepted')}</th><th scope="col">${t('Task')}</th><th scope="col">${t('Status')}</th><th scope="col" class="number">${t('Attempts')}</th>
      <th scope="col">${t('Next')}</th><th scope="col">${t('Error')}</th><th scope="col"><span class="unseen">${t('What to do')}</span></th></tr></thead>
    <tbody>${value.calls.map((one) => html`<tr key=${one.id}><td><${Time} at=${one.accepted} /></td><td>${one.id}</td><td>${one.status}</td><td class="number">${one.attempts}</td><td><${Time} at=${one.next} /></td><td>${one.error}</td>
      <td class="actions">${!isOver(one) && html`<${Button} kind="stop" act=${act(one, 'stop')}>${t('Stop')}<//>`}<${Button} act=${act(one, 'retry')}>${isOver(one) ? t('Run again') : t('Run now')}<//></td></tr>`)}</tbody></table>`
    : html`<p class="quiet">${t('Nothing waits or runs. Tasks that are over are kept where the function is configured so (asyncTask, statefulInvocation).')}</p>`}`;
}

/** What was published of the function or its service, and the names that lead there. */
function Versions({ versions, aliases }) {
  if (!versions.length && !aliases.length) return html`<p class="quiet">${t('No version was published, no alias made.')}</p>`;
  return html`<table><caption>${t('Versions')}</caption><thead><tr><th scope="col">${t('Version')}</th><th scope="col">${t('Description')}</th><th scope="col">${t('Published')}</th></tr></thead>
    <tbody>${versions.map((one) => html`<tr key=${one.name}><td>${one.name}</td><td><bdi>${one.document.description || ''}</bdi></td><td><${Time} at=${one.modified_at} /></td></tr>`)}</tbody></table>
    <table><caption>${t('Aliases')}</caption><thead><tr><th scope="col">${t('Alias')}</th><th scope="col">${t('Leads to')}</th><th scope="col">${t('Also to')}</th></tr></thead>
    <tbody>${aliases.map((one) => html`<tr key=${one.name}><td>${one.name}</td><td>${one.document.versionId}</td>
      <td>${Object.entries(one.document.additionalVersionWeight || {}).map(([version, share]) => `${version}: ${Math.round(share * 100)} %`).join(', ')}</td></tr>`)}</tbody></table>`;
}

function One({ row, below, again }) {
  const mine = (kind) => below.filter((one) => one.kind === kind && one.account === row.account && one.region === row.region);
  const path = `${row.parent || SERVICE_OF_2023}/${row.name}`;
  const triggers = mine('trigger').filter((one) => one.parent === path);
  const document = { ...row.document };
  const published = row.parent && row.parent !== SERVICE_OF_2023 ? row.parent : path;
  const versions = mine('version').filter((one) => one.parent === published);
  const aliases = mine('alias').filter((one) => one.parent === published);
  const tabs = [
    { id: 'invoke', name: t('Invoke'), body: () => html`<${Invoke} row=${row} />` },
    { id: 'configured', name: t('Configured'), body: () => html`<pre tabindex="0" aria-label=${t('Configured')}>${JSON.stringify(document, null, 2)}</pre>` },
    { id: 'triggers', name: t('Triggers ({n})', { n: triggers.length }), body: () => html`<${Triggers} row=${row} triggers=${triggers} />` },
    { id: 'logs', name: t('Logs'), body: () => html`<${Logs} query=${{ function: row.name, account: row.account, region: row.region, ...(row.parent && row.parent !== SERVICE_OF_2023 ? { service: row.parent } : {}) }} />` },
    { id: 'instances', name: t('Instances'), body: () => html`<${Instances} row=${row} />` },
    { id: 'queue', name: t('Queue'), body: () => html`<${Tasks} row=${row} />` },
    { id: 'versions', name: t('Versions'), body: () => html`<${Versions} versions=${versions} aliases=${aliases} />` },
    { id: 'code', name: t('Code'), body: () => html`<${Code} row=${row} again=${again} />` },
  ];
  return html`<${Panel} title=${fullName(row)} close=${() => go(['functions'])}><p class="quiet">${row.region} · ${row.account} · ${row.document.runtime} · ${row.document.memorySize} MB · <a href=${href(['calls'], { filter: `function=${row.name}` })}>${t('its calls')}</a></p>
    <${Tabs} label=${t('Parts of the function')} tabs=${tabs} at=${place.value.rest[4]} choose=${(next) => go(['functions', ...idOf(row), next])} /><//>`;
}

function Tree({ rows, chosen }) {
  const regions = new Map();
  for (const row of rows) {
    const title = `${row.region} · ${row.account}`;
    regions.set(title, [...(regions.get(title) || []), row]);
  }
  return [...regions].map(([title, list]) => html`<section><h2>${title}</h2><table class="functions"><thead><tr><th scope="col">${t('Function')}</th><th scope="col">${t('Runtime')}</th><th scope="col">${t('Handler')}</th>
      <th scope="col" class="number">${t('Memory')}</th><th scope="col">${t('Code')}</th><th scope="col">${t('Changed')}</th></tr></thead>
    <tbody>${list.map((row) => html`<tr class=${idOf(row).join('/') === chosen ? 'chosen' : ''}><td><a href=${href(['functions', ...idOf(row)])}>${fullName(row)}</a></td><td>${row.document.runtime}</td><td>${row.document.handler}</td>
      <td class="number">${row.document.memorySize} MB</td><td>${row.has_code ? t('yes') : t('no')}</td><td><${Time} at=${row.modified_at} /></td></tr>`)}</tbody></table></section>`);
}

export function Functions() {
  const { value, error, again } = useLoad(() => get('/resources?limit=10000'), []);
  useEffect(() => {
    let timer = null;
    const quit = events.listen(({ type, data }) => {
      if (type === 'call' && WRITES.test(data.operation || '') && !timer) timer = setTimeout(() => { timer = null; again(); }, 300);
    });
    return () => { quit(); clearTimeout(timer); };
  }, []);
  const rows = value ? value.resources : [];
  const functions = rows.filter((row) => row.kind === 'function' && !row.version);
  const chosen = place.value.rest.length >= 4 ? place.value.rest.slice(0, 4).join('/') : null;
  const one = chosen && functions.find((row) => idOf(row).join('/') === chosen);
  return html`<div class=${one ? 'split' : 'whole'}><div class="left"><h1>${t('Functions')}</h1><${Mistakes} error=${error} />
    ${value && value.more && html`<p class="quiet">${t('There are more than are shown.')}</p>`}
    ${value && !functions.length && html`<p class="empty">${t('No function is deployed. Any client can create one; so can a file under seeds.')}</p>`}
    <${Tree} rows=${functions} chosen=${chosen} /></div>
    ${one && html`<${One} key=${chosen} row=${one} below=${rows} again=${again} />`}
    ${chosen && value && !one && html`<p role="alert">${t('There is no such function.')}</p>`}</div>`;
}
