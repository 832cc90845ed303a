// The rules in force with their counters and switches, and an editor that says what a rule would do before it does it.
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { call, events, get } from '../lib/api.js';
import { go, href, place } from '../lib/route.js';
import { Button, Copyable, Mistakes, Panel, Share, Time, useLoad } from '../lib/parts.js';
import { t } from '../lib/words.js';
import { Editor } from './editor.js';

const LOOK_MS = 1000;

const rule = (id, match, rest) => `version: 1\nrules:\n  - id: ${id}\n    match: ${match}\n${rest}`;
export const PROFILES = () => [
  { name: t('Throttle 30 % of invocations'), text: rule('throttling', '{operation: "@invoke"}', '    when: {probability: 30%}\n    do: {error: ResourceExhausted}\n    ttl: 30m\n') },
  { name: t('Everything slow'), text: rule('slow', '{operation: "*"}', '    do: {delay: {lognormal: {median: 400ms, p99: 3s}}}\n    ttl: 30m\n') },
  { name: t('Flaky network'), text: rule('flaky', '{operation: "*"}', '    when: {probability: 10%}\n    do: {cut: {at: body, how: reset}}\n    ttl: 30m\n') },
];

function state(one) {
  return { armed: t('armed'), disabled: t('off'), expired: t('expired'), spent: t('spent'), waiting: t('waiting') }[one.state] || one.state;
}

function Rule({ one, again, past }) {
  const flip = async () => { await call('POST', `/faults/rules/${encodeURIComponent(one.id)}/${one.enabled ? 'disable' : 'enable'}`); await again(); };
  return html`<tr>
    <td><a href=${href(['faults', one.id])}>${one.id}</a>${one.description ? html`<br /><span class="quiet">${one.description}</span>` : ''}</td>
    <td><button type="button" role="switch" aria-checked=${one.enabled} aria-label=${t('Rule {id}', { id: one.id })} onClick=${flip}>${one.enabled ? t('on') : t('off')}</button></td>
    <td>${state(one)}${one.mode !== 'enforce' ? html` <span class="quiet">${one.mode}</span>` : ''}</td>
    <td><${Share} part=${one.fired} whole=${one.matched} label=${t('{fired} of {matched} calls struck', one)} /></td>
    <td><${Trend} past=${past} id=${one.id} /></td>
    <td><${Time} at=${one.last_fired_at} /></td>
    <td class="quiet">${one.layer === 'file' ? `${one.file}:${one.line}` : t('added')}</td></tr>`;
}

/** Fires a second over the last minute. */
function Trend({ past, id }) {
  const counts = past.map((look, i) => (i ? Math.max(0, (look[id] || 0) - (past[i - 1][id] || 0)) : 0)).slice(1);
  const most = Math.max(...counts, 1);
  return html`<svg class="spark" role="img" width="120" height="16" viewBox="0 0 120 16" aria-label=${t('{n} fires in the last minute', { n: counts.reduce((a, b) => a + b, 0) })}>
    ${counts.map((count, i) => html`<rect x=${i * 2} width="1.6" y=${16 - (count / most) * 15} height=${count ? Math.max(1, (count / most) * 15) : 0} />`)}</svg>`;
}

function Groups({ groups, again }) {
  if (!groups.length) return null;
  return html`<h2>${t('Groups')}</h2><ul class="groups">${groups.map((group) => html`<li>${group.name} <button type="button" role="switch" aria-checked=${group.enabled}
    aria-label=${t('Group {id}', { id: group.name })} onClick=${async () => { await call('PUT', `/faults/groups/${encodeURIComponent(group.name)}`, { enabled: !group.enabled }); await again(); }}>${group.enabled ? t('on') : t('off')}</button></li>`)}</ul>`;
}

function One({ id, again, edit }) {
  const { value, error } = useLoad(() => get(`/faults/rules/${encodeURIComponent(id)}`), [id]);
  const added = value && value.layer !== 'file';
  const gone = async () => { await call('DELETE', `/faults/rules/${encodeURIComponent(id)}`); await again(); go(['faults']); };
  return html`<${Panel} title=${t('Rule {id}', { id })} close=${() => go(['faults'])}>
    <${Mistakes} error=${error} />
    ${value && html`<p><${Share} part=${value.fired} whole=${value.matched} label=${t('{fired} of {matched} calls struck', value)} /> ${value.note || ''}</p>
      <${Copyable} text=${value.source} label=${t('The rule')} />
      <p><a href=${href(['calls'], { filter: `rule=${id}` })}>${t('Its calls')}</a> ·
        <button type="button" onClick=${() => edit(`version: 1\nrules:\n  - ${value.source.trimEnd().replace(/\n/g, '\n    ')}\n`)}>${t('Edit a copy')}</button>
        ${added && html` <${Button} kind="stop" act=${gone}>${t('Remove')}<//>`}</p>`}<//>`;
}

export function Faults() {
  const { value, error, again } = useLoad(() => get('/faults'), []);
  const past = useRef([]);
  const [draft, setDraft] = useState(null);
  const chosen = place.value.rest[0];
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) again(); }, LOOK_MS);
    const quit = events.listen(({ type }) => { if (!['call', 'fired'].includes(type)) again(); });
    return () => { clearInterval(timer); quit(); };
  }, []);
  useEffect(() => {
    if (value) past.current = [...past.current, Object.fromEntries(value.rules.map((one) => [one.id, one.fired]))].slice(-61);
  }, [value]);
  if (draft !== null) return html`<${Editor} text=${draft} done=${async () => { setDraft(null); await again(); }} />`;
  return html`<div class=${chosen ? 'split' : 'whole'}><div class="left">
    <h1>${t('Faults')}</h1>
    <p class="actions"><button type="button" class="go" onClick=${() => setDraft(PROFILES()[0].text)}>${t('New rule')}</button>
      ${PROFILES().map(({ name, text }) => html`<${Button} act=${async () => { await call('PUT', '/faults', text); await again(); }}>${name}<//>`)}
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
  ${chosen && html`<${One} key=${chosen} id=${chosen} again=${again} edit=${setDraft} />`}</div>`;
}
