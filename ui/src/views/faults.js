// The rules in force with their counters and switches, and an editor that says what a rule would do before it does it.
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { call, events, get } from '../lib/api.js';
import { go, href, place } from '../lib/route.js';
import { Button, Copyable, Mistakes, Panel, Share, Time, useLoad } from '../lib/parts.js';
import { t } from '../lib/words.js';
import { Editor } from './editor.js';

const LOOK_MS = 1000;

const rule = (id, match, rest) => `id: ${id}\nmatch: ${match}\n${rest}ttl: 30m\n`;
/** For one click; each is one rule, put in place of the one of its name. */
export const PROFILES = (region) => [
  { id: 'throttling', name: t('Throttle 30 % of invocations'), text: rule('throttling', '{operation: "@invoke"}', 'when: {probability: 30%}\ndo: {error: ResourceExhausted}\n') },
  { id: `slow-${region}`, name: t('Slow region: {region}', { region }), text: rule(`slow-${region}`, `{operation: "*", region: ${region}}`, 'do: {delay: {lognormal: {median: 400ms, p99: 3s}}}\n') },
  { id: 'flaky', name: t('Flaky network'), text: rule('flaky', '{operation: "*"}', 'when: {probability: 10%}\ndo: {reset: {at: body, after: 50%}}\n') },
];

const asFile = (text) => `version: 1\nrules:\n  - ${text.trimEnd().replace(/\n/g, '\n    ')}\n`;

function Profiles({ rules, again }) {
  const [region, setRegion] = useState('cn-hangzhou');
  const { value: regions } = useLoad(async () => {
    const [settings, { resources }] = await Promise.all([get('/settings?key=region'), get('/resources?limit=10000')]);
    const found = [...new Set([settings.settings[0].value, ...resources.map((one) => one.region).filter(Boolean)])];
    setRegion(found[found.length - 1]);
    return found;
  }, []);
  const put = async ({ id, text }) => {
    const there = rules.find((one) => one.id === id);
    await call(there ? 'PUT' : 'POST', there ? `/faults/rules/${encodeURIComponent(id)}` : '/faults/rules', text);
    await again();
  };
  return html`${PROFILES(region).map((one) => html`<${Button} act=${() => put(one)}>${one.name}<//>`)}
    ${regions && regions.length > 1 && html`<label><span class="unseen">${t('Region')}</span><select value=${region} onChange=${(event) => setRegion(event.target.value)}>${regions.map((one) => html`<option>${one}</option>`)}</select></label>`}`;
}

function state(one) {
  return { armed: t('armed'), disabled: t('off'), expired: t('expired'), spent: t('spent'), waiting: t('waiting') }[one.state] || one.state;
}

function Rule({ one, again, past }) {
  const flip = async () => { await call('POST', `/faults/rules/${encodeURIComponent(one.id)}/${one.enabled ? 'disable' : 'enable'}`); await again(); };
  return html`<tr>
    <td><a href=${href(['faults', one.id])}>${one.id}</a>${one.description ? html`<br /><span class="quiet">${one.description}</span>` : ''}</td>
    <td><${Button} on=${one.enabled} label=${t('Rule {id}', { id: one.id })} act=${flip}>${one.enabled ? t('on') : t('off')}<//></td>
    <td>${state(one)}${one.mode !== 'enforce' ? html` <span class="quiet">${one.mode}</span>` : ''}</td>
    <td><${Share} part=${one.fired} whole=${one.matched} label=${t('{fired} of {matched} calls struck', one)} /></td>
    <td><${Trend} past=${past} id=${one.id} /></td>
    <td><${Time} at=${one.last_fired_at} /></td>
    <td class="quiet">${one.layer === 'file' ? `${one.file}:${one.line}` : t('added')}</td></tr>`;
}

/** Calls that fitted (pale) and fires (full) in each second of the last minute. */
function Trend({ past, id }) {
  const grown = (name) => past.map((look, i) => (i ? Math.max(0, ((look[id] || {})[name] || 0) - ((past[i - 1][id] || look[id] || {})[name] || 0)) : 0)).slice(1);
  const calls = grown('matched');
  const fires = grown('fired');
  const most = Math.max(...calls, ...fires, 1);
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  const bars = (counts, kind) => counts.map((count, i) => html`<rect class=${kind} x=${i * 2} width="1.6" y=${16 - (count / most) * 15} height=${count ? Math.max(1, (count / most) * 15) : 0} />`);
  return html`<svg class="spark" role="img" width="120" height="16" viewBox="0 0 120 16" aria-label=${t('{fires} fires at {calls} calls in the last minute', { fires: sum(fires), calls: sum(calls) })}>
    ${bars(calls, 'rest')}${bars(fires, '')}</svg>`;
}

function Groups({ groups, again }) {
  if (!groups.length) return null;
  return html`<h2>${t('Groups')}</h2><ul class="groups">${groups.map((group) => html`<li>${group.name} <${Button} on=${group.enabled}
    label=${t('Group {id}', { id: group.name })} act=${async () => { await call('PUT', `/faults/groups/${encodeURIComponent(group.name)}`, { enabled: !group.enabled }); await again(); }}>${group.enabled ? t('on') : t('off')}<//></li>`)}</ul>`;
}

function One({ id, again }) {
  const { value, error } = useLoad(() => get(`/faults/rules/${encodeURIComponent(id)}`), [id]);
  const added = value && value.layer !== 'file';
  const gone = async () => { await call('DELETE', `/faults/rules/${encodeURIComponent(id)}`); await again(); go(['faults']); };
  return html`<${Panel} title=${t('Rule {id}', { id })} close=${() => go(['faults'])}>
    <${Mistakes} error=${error} />
    ${value && html`<p><${Share} part=${value.fired} whole=${value.matched} label=${t('{fired} of {matched} calls struck', value)} /> ${value.note || ''}</p>
      <${Copyable} text=${value.source} label=${t('The rule')} />
      <p><a href=${href(['calls'], { filter: `rule=${id}` })}>${t('Its calls')}</a>${' · '}<a href=${href(['faults'], { edit: `of:${id}` })}>${t('Edit a copy')}</a>
        ${added && html` <${Button} kind="stop" act=${gone}>${t('Remove')}<//>`}</p>`}<//>`;
}

export function Faults() {
  const { value, error, again } = useLoad(() => get('/faults'), []);
  const past = useRef([]);
  const chosen = place.value.rest[0];
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) again(); }, LOOK_MS);
    const quit = events.listen(({ type }) => { if (!['call', 'fired'].includes(type)) again(); });
    return () => { clearInterval(timer); quit(); };
  }, []);
  useEffect(() => {
    if (value) past.current = [...past.current, Object.fromEntries(value.rules.map(({ id, fired, matched }) => [id, { fired, matched }]))].slice(-61);
  }, [value]);
  const draft = place.value.query.get('edit');
  if (draft !== null) return html`<${Editor} key=${draft} of=${draft} first=${asFile(PROFILES('cn-hangzhou')[0].text)} done=${async () => { go(['faults']); await again(); }} />`;
  return html`<div class=${chosen ? 'split' : 'whole'}><div class="left">
    <h1>${t('Faults')}</h1>
    <p class="actions"><button type="button" class="go" onClick=${() => go(['faults'], { edit: 'new' })}>${t('New rule')}</button>
      ${value && html`<${Profiles} rules=${value.rules} again=${again} />`}
      <${Button} act=${async () => { await call('DELETE', '/faults'); await again(); }}>${t('Drop what was added')}<//></p>
    <${Mistakes} error=${error} />
    ${value && !value.reload.accepted && html`<div role="alert"><p class="bad">${t('The rule files on disk are refused; these rules are older.')}</p><pre>${value.reload.text}</pre></div>`}
    ${value && html`<p class="summary">${t('Seed {seed}', { seed: value.seed })}${value.playing ? ` · ${t('a tape decides')}` : ''}${value.active ? ` · ${t('{n} calls held', { n: value.active })}` : ''}</p>
      ${value.rules.length ? html`<table class="rules"><thead><tr><th scope="col">${t('Rule')}</th><th scope="col">${t('Switch')}</th><th scope="col">${t('State')}</th><th scope="col">${t('Struck')}</th>
        <th scope="col">${t('Last minute')}</th><th scope="col">${t('Last')}</th><th scope="col">${t('From')}</th></tr></thead>
        <tbody>${value.rules.map((one) => html`<${Rule} key=${one.id} one=${one} again=${again} past=${past.current} />`)}</tbody></table>`
    : html`<p class="empty">${t('No rule is loaded: every call goes through.')}</p>`}
      <${Groups} groups=${value.groups} again=${again} />`}
  </div>
  ${chosen && html`<${One} key=${chosen} id=${chosen} again=${again} />`}</div>`;
}
