// Two maps: how each kind of client took each failure, and which documented errors were tried on which operations. Each field leads to its calls.
import { html } from '../lib/html.js';
import { get } from '../lib/api.js';
import { href } from '../lib/route.js';
import { Mistakes, duration, useLoad } from '../lib/parts.js';
import { t } from '../lib/words.js';

const unique = (list) => [...new Set(list)];

/** Filters of the calls behind a failure: a code, or the kind of what struck. */
function filterOf(row) {
  const failure = /^[A-Z]/.test(row.failure) ? `code=${row.failure}` : `kind=${row.failure}`;
  return [failure, row.operation && `operation=${row.operation}`, row.sdk && `sdk=${row.sdk}`].filter(Boolean).join(' ');
}

function Field({ row }) {
  if (!row) return html`<td class="none"><span class="unseen">${t('did not happen')}</span></td>`;
  const attempts = row.attempts_least === row.attempts_most ? row.attempts_most : `${row.attempts_least}–${row.attempts_most}`;
  const through = row.succeeded === row.calls;
  return html`<td class=${through ? 'through' : 'lost'}><a href=${href(['calls'], { filter: filterOf(row) })}
    aria-label=${t('{sdk} at {failure} on {operation}: {attempts} attempts, {succeeded} of {calls} came through', { ...row, attempts })}>${through ? '✓' : '✗'} ${attempts}×</a>
    <br /><span class="quiet">${row.gaps_ms.length ? row.gaps_ms.slice(0, 3).map(duration).join(', ') : t('no retry')}</span>
    <br /><span class="quiet">${row.succeeded} / ${row.calls}</span></td>`;
}

export function Reactions() {
  const { value, error } = useLoad(() => get('/clients'), []);
  if (error) return html`<${Mistakes} error=${error} />`;
  if (!value) return null;
  if (!value.rows.length) return html`<p class="empty">${t('No call has failed yet: nothing to react to.')}</p>`;
  const lines = unique(value.rows.map((row) => `${row.failure}\n${row.operation || ''}`));
  const clients = unique(value.rows.map((row) => row.sdk));
  return html`<table class="map"><caption>${t('How each kind of client took each failure')}</caption>
    <thead><tr><th scope="col">${t('Failure')}</th><th scope="col">${t('Operation')}</th>${clients.map((one) => html`<th scope="col">${one}</th>`)}</tr></thead>
    <tbody>${lines.map((line) => {
    const [failure, operation] = line.split('\n');
    return html`<tr><th scope="row">${failure}</th><td>${operation}</td>${clients.map((sdk) => html`<${Field} row=${value.rows.find((row) => row.sdk === sdk && row.failure === failure && (row.operation || '') === operation)} />`)}</tr>`;
  })}</tbody></table><p class="quiet">${t('✓ all came through, ✗ some gave up; attempts, gaps between them, calls that came through')}</p>`;
}

const SIGNS = { injected: '·', reached: '○', reacted: '●', never: ' ' };

/** Errors down, the operations that clients called across; documented pairs have a field. */
function Grid({ coverage, catalog }) {
  const state = new Map(coverage.cells.map((one) => [`${one.error} ${one.operation}`, one.state]));
  const columns = unique([...coverage.called, ...coverage.cells.map((one) => one.operation)]);
  const applies = new Map(catalog.errors.map((one) => [one.code, new Set(one.operations)]));
  const rows = catalog.errors.map((one) => one.code).filter((code) => columns.some((operation) => applies.get(code).has(operation) || state.has(`${code} ${operation}`)));
  const words = { injected: t('injected'), reached: t('reached a client'), reacted: t('the client reacted'), never: t('never tried') };
  return html`<div class="scrolls" tabindex="0" role="region" aria-label=${t('Map of faults')}><table class="map coverage"><thead><tr><th scope="col">${t('Error')}</th>${columns.map((one) => html`<th scope="col">${one}</th>`)}</tr></thead>
    <tbody>${rows.map((code) => html`<tr><th scope="row">${code}</th>${columns.map((operation) => {
    const known = state.get(`${code} ${operation}`) || (applies.get(code).has(operation) ? 'never' : null);
    if (!known) return html`<td class="none"><span class="unseen">${t('does not apply')}</span></td>`;
    const name = `${code} × ${operation}: ${words[known]}`;
    return html`<td class=${known}>${known === 'never' ? html`<span class="unseen">${name}</span>`
      : html`<a href=${href(['calls'], { filter: `operation=${operation} code=${code}` })} title=${name} aria-label=${name}>${SIGNS[known]}</a>`}</td>`;
  })}</tr>`)}</tbody></table></div>`;
}

export function Coverage() {
  const { value, error } = useLoad(async () => ({ coverage: await get('/coverage'), catalog: await get('/faults/catalog') }), []);
  if (error) return html`<${Mistakes} error=${error} />`;
  if (!value) return null;
  const { coverage, catalog } = value;
  return html`<p>${t('{reached} of {applicable} documented pairs of error and operation were met.', coverage)}</p>
    <p class="quiet">${t('· injected, ○ reached a client, ● the client reacted; empty: never tried')}</p>
    <${Grid} coverage=${coverage} catalog=${catalog} />
    <h2>${t('Try next')}</h2><ul>${coverage.missing.slice(0, 10).map((one) => html`<li>${one.error} × ${one.operation}</li>`)}</ul>`;
}
