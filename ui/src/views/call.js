// One call: why it went as it did, what went over the wire, its retries, and how to do it again.
import { html, useState } from '../lib/html.js';
import { call, get } from '../lib/api.js';
import { go, href } from '../lib/route.js';
import { Body, Headers } from '../lib/bodies.js';
import { Logs } from '../lib/logs.js';
import { Button, Copyable, Mistakes, Panel, Status, Tabs, Time, duration, useLoad } from '../lib/parts.js';
import { t } from '../lib/words.js';
import { FORMS, written } from '../lib/snippets.js';

function Gates({ id }) {
  const { value, error } = useLoad(() => call('POST', '/faults/explain', { request_id: id }), [id]);
  if (error) return html`<${Mistakes} error=${error} />`;
  if (!value) return html`<p class="quiet">${t('Looking…')}</p>`;
  if (!value.rules.length) return html`<p>${t('No rule was asked about this call.')}</p>`;
  return html`<table class="gates"><caption>${t('Each rule, and the gate that decided')}</caption>
    <thead><tr><th scope="col">${t('Rule')}</th><th scope="col">${t('Gate')}</th><th scope="col">${t('Why')}</th></tr></thead>
    <tbody>${value.rules.map((one) => html`<tr class=${value.outcome.rule === one.rule ? 'struck' : ''}>
      <td><a href=${href(['faults', one.rule])}>${one.rule}</a></td><td>${one.gate || (value.outcome.rule === one.rule ? t('struck') : '–')}</td><td>${one.text}</td></tr>`)}</tbody></table>`;
}

function Facts({ row }) {
  const said = [
    [t('Time'), html`<${Time} at=${row.time} />`], [t('Duration'), duration(row.duration_ms)], [t('Account'), row.account], [t('Region'), `${row.region}${row.internal ? ' (internal)' : ''}`],
    [t('API'), row.api], [t('Host'), row.host], [t('Path'), `${row.method} ${row.path}`], [t('Client'), `${row.client}:${row.client_port} ${row.user_agent || ''}`],
    [t('Request id'), row.request_id], [t('Outcome'), row.outcome], [t('Work done'), row.performed ? t('yes') : t('no')], [t('Ran'), row.ran], [t('Instance'), row.instance],
    [t('Signature'), row.signature ? row.auth_note.split('\n')[0] : row.auth_note], [t('Near miss'), row.near_miss],
    [t('The operation would have said'), row.operation_status ? `${row.operation_status} ${row.operation_code || ''}` : null],
  ].filter(([, value]) => value !== null && value !== undefined && value !== '');
  return html`<dl class="facts">${said.map(([name, value]) => html`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`)}</dl>`;
}

/** How long the call took, and how much of that a rule held it. */
function Timing({ row }) {
  const all = Math.max(row.duration_ms || 0, 0.001);
  const held = Math.min(row.held_ms || 0, all);
  return html`<figure class="timing"><svg role="img" viewBox="0 0 600 14" preserveAspectRatio="none" aria-label=${t('{all} in all, {held} of it held by rules', { all: duration(row.duration_ms), held: duration(held) })}>
      <rect class="held" width=${(held / all) * 600} height="14" /><rect x=${(held / all) * 600} width=${600 - (held / all) * 600} height="14" /></svg>
    <figcaption class="quiet">${t('{all} in all, {held} of it held by rules', { all: duration(row.duration_ms), held: duration(held) })}</figcaption></figure>`;
}

/** A text with its line ends shown, parted where it begins to differ. */
function Marked({ text, at, label }) {
  const show = (part) => part.replace(/\n/g, '⏎\n').replace(/\t/g, '⇥').replace(/\r/g, '␍');
  if (at === undefined || text === null) return html`<pre tabindex="0" aria-label=${label}>${show(text || '')}</pre>`;
  const bytes_ = new TextEncoder().encode(text);
  const decode = (part) => show(new TextDecoder().decode(part));
  return html`<pre tabindex="0" aria-label=${label}>${decode(bytes_.slice(0, at))}<mark title=${t('first difference')}>${decode(bytes_.slice(at, at + 1)) || '∅'}</mark>${decode(bytes_.slice(at + 1))}</pre>`;
}

function Signature({ signature, note }) {
  const at = signature.seen === null ? undefined : signature.differ_at;
  return html`<p class="why">${note ? note.split('\n')[0] : signature.hint}</p>
    ${at !== undefined && html`<p>${t('They differ from byte {n} on.', { n: at + 1 })}</p>`}
    <div class="beside"><div><h3>${t('Expected here')}</h3><p class="quiet">${signature.what}</p><${Marked} text=${signature.expected} at=${at} label=${t('Expected here')} /></div>
      <div><h3>${t('Signed by the client')}</h3>${signature.seen === null ? html`<p class="quiet">${t('No usual mistake explains what the client signed: most likely its secret is another one.')}</p>`
    : html`<p class="quiet">${signature.what}</p><${Marked} text=${signature.seen} at=${at} label=${t('Signed by the client')} />`}</div></div>`;
}

/** What was sent, and beside it what the operation said or would have said. */
function Answer({ row }) {
  const own = row.operation_status || row.operation_body;
  const sent = html`<p><${Status} row=${row} /></p><${Headers} text=${row.response_headers} label=${t('Answer headers')} />
    <${Body} text=${row.response_body} base64=${row.response_body_base64} whole=${row.response_bytes} label=${t('Answer body')} />`;
  if (!own) return sent;
  return html`<div class="beside"><div><h3>${t('What was sent')}</h3>${sent}</div>
    <div><h3>${t('What the operation would have said')}</h3><p><${Status} row=${{ status: row.operation_status, code: row.operation_code }} /></p>
      <${Body} text=${row.operation_body} base64=${row.operation_body_base64} label=${t('What the operation would have said')} /></div></div>`;
}

/** Attempts on a line of time: a bar each, its gap to the next in words. */
function Chain({ chain }) {
  const { value, error } = useLoad(() => get(`/requests?chain=${chain}&limit=200`), [chain]);
  if (error) return html`<${Mistakes} error=${error} />`;
  if (!value) return null;
  const rows = value.requests;
  const start = Date.parse(rows[0].time);
  const end = Math.max(...rows.map((row) => Date.parse(row.time) + (row.duration_ms || 0)), start + 1);
  const x = (ms) => 10 + ((ms - start) / (end - start)) * 560;
  return html`<svg class="chain" role="img" viewBox=${`0 0 600 ${rows.length * 18 + 4}`} aria-label=${t('{n} attempts over {time}', { n: rows.length, time: duration(end - start) })}>
      ${rows.map((row, i) => html`<rect class=${row.rule ? 'struck' : 'plain'} x=${x(Date.parse(row.time))} y=${i * 18 + 4} height="12"
        width=${Math.max(3, ((row.duration_ms || 0) / (end - start)) * 560)} />`)}</svg>
    <table class="tries"><thead><tr><th scope="col">${t('Attempt')}</th><th scope="col">${t('Time')}</th><th scope="col">${t('Gap')}</th><th scope="col">${t('Status')}</th><th scope="col">${t('Rule')}</th></tr></thead>
    <tbody>${rows.map((row, i) => html`<tr><td><a href=${href(['calls', row.request_id])}>${row.attempt}</a></td><td><${Time} at=${row.time} /></td>
      <td class="number">${i ? duration(Math.max(0, Date.parse(row.time) - Date.parse(rows[i - 1].time) - (rows[i - 1].duration_ms || 0))) : '–'}</td>
      <td><${Status} row=${row} /></td><td>${row.rule || ''}</td></tr>`)}</tbody></table>`;
}

function Again({ row }) {
  const [form, setForm] = useState('curl');
  const [replayed, setReplayed] = useState(null);
  return html`<label>${t('As')} <select aria-label=${t('As')} value=${form} onChange=${(event) => setForm(event.target.value)}>${FORMS.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}</select></label>
    <${Copyable} text=${written(form, row)} label=${t('To paste')} />
    <p><${Button} act=${async () => setReplayed(await call('POST', `/requests/${row.request_id}/replay`))}>${t('Send it again')}<//>
      ${replayed && html` <output>${t('Answered {status}', { status: replayed.status })}</output>`}</p>`;
}

/** A sentence for the reader who wants to know why before anything else. */
function Why({ row }) {
  if (row.rule) return html`<p class="why">${t('Rule {rule} struck this call.', { rule: row.rule })} ${row.operation_status ? t('Without it the operation would have said {status}.', { status: `${row.operation_status} ${row.operation_code || ''}` }) : ''}</p>`;
  if (row.signature) return html`<p class="why">${t('The signature does not match: see where it differs under Signature.')}</p>`;
  if (row.status >= 400) return html`<p class="why">${t('No rule struck: the emulated service said this itself.')}</p>`;
  if (!row.status) return html`<p class="why">${t('The client got no answer.')}</p>`;
  return null;
}

export function Call({ id, tab, items, filter }) {
  const { value: row, error } = useLoad(() => get(`/requests/${encodeURIComponent(id)}`), [id]);
  const close = () => go(['calls'], { filter });
  const item = items.find((one) => one.row.request_id === id);
  const title = row ? `${row.operation || row.method} ${[row.service, row.function].filter(Boolean).join('/')}` : t('Call');
  const tabs = row ? [
    { id: 'why', name: t('Why'), body: () => html`<${Why} row=${row} /><${Timing} row=${row} /><${Facts} row=${row} /><${Gates} id=${id} />` },
    ...((item && item.chain.length > 1) || row.attempt > 1 ? [{ id: 'retries', name: t('Retries'), body: () => html`<${Chain} chain=${row.chain} />` }] : []),
    { id: 'request', name: t('Request'), body: () => html`<${Headers} text=${row.request_headers} label=${t('Request headers')} />
      <${Body} text=${row.request_body} base64=${row.request_body_base64} whole=${row.request_bytes} label=${t('Request body')} />` },
    { id: 'answer', name: t('Answer'), body: () => html`<${Answer} row=${row} />` },
    ...(row.signature ? [{ id: 'signature', name: t('Signature'), body: () => html`<${Signature} signature=${row.signature} note=${row.auth_note} />` }] : []),
    ...(row.instance ? [{ id: 'logs', name: t('Logs'), body: () => html`<${Logs} query=${{ request_id: id }} />` }] : []),
    { id: 'again', name: t('Do it again'), body: () => html`<${Again} row=${row} />` },
  ] : [];
  return html`<${Panel} title=${title} close=${close}>
    <${Mistakes} error=${error} />
    ${row && html`<p><${Status} row=${row} /></p><${Tabs} label=${t('Parts of the call')} tabs=${tabs} at=${tab || 'why'} choose=${(next) => go(['calls', id, next], { filter })} />`}<//>`;
}
