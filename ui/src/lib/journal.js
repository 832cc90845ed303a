// The calls as the list shows them: the newest of the journal, kept up to date by the stream of events.
import { signal } from '@preact/signals';
import { events, get, trouble } from './api.js';

const KEPT = 5000;
const MOST = 50000; // with those that the reader asked for
const FIRST = 1000;
const FLUSH_MS = 250;

/** {rows (newest first), more (older ones fit), error, loaded}; replaced as a whole. */
export const journal = signal({ rows: [], more: false, error: null, loaded: false });

let filter = '';
let gathered = [];
let timer = null;
let stale = false;
let kept = KEPT;
let more = false;

/** `status=5xx function=pay` as parameters of GET /requests; a bare word is a function. */
export function parameters(text) {
  const query = new URLSearchParams();
  for (const word of text.trim().split(/\s+/).filter(Boolean)) {
    const at = word.indexOf('=');
    if (at < 0) query.append('function', word.includes('*') ? word : `*${word}*`);
    else query.append(word.slice(0, at), word.slice(at + 1));
  }
  return query;
}

async function load(after) {
  const query = parameters(filter);
  query.set('limit', FIRST);
  if (after) query.set('after', after);
  const { requests, matched } = await get(`/requests?${query}`);
  if (!after) more = matched > requests.length;
  return requests.reverse();
}

function keep(rows, error = null) {
  more = more || rows.length > kept;
  journal.value = { rows: rows.slice(0, kept), more: more && rows.length < MOST, error, loaded: true };
}

/** The next ones below those that are shown. */
export async function older() {
  const mine = filter;
  const { rows } = journal.value;
  const last = rows[rows.length - 1];
  const query = parameters(filter);
  query.set('limit', FIRST);
  query.set('number', `<${last.number}`);
  const found = await get(`/requests?${query}`);
  if (mine !== filter) return;
  kept = Math.min(MOST, Math.max(kept, rows.length + found.requests.length));
  more = found.matched > found.requests.length;
  keep([...rows, ...found.requests.reverse()]);
}

export async function reload(text = filter) {
  const mine = filter = text;
  gathered = [];
  kept = KEPT;
  try {
    const rows = await load();
    if (mine === filter) keep(rows);
  } catch (error) {
    if (mine === filter) journal.value = { ...journal.value, error, loaded: true };
  }
}

async function flush() {
  timer = null;
  const { rows } = journal.value;
  const fresh = gathered.reverse();
  gathered = [];
  if (stale) {
    stale = false;
    await reload();
  } else if (filter) {
    try {
      const found = await load(rows.length ? rows[0].number : 0);
      const last = rows.length ? rows[0].number : 0;
      if (found.length) keep([...found.filter((row) => row.number > last), ...rows]);
    } catch (error) {
      journal.value = { ...journal.value, error };
    }
  } else if (fresh.length) {
    const last = rows.length ? rows[0].number : 0;
    keep([...fresh.filter((row) => row.number > last), ...rows]);
  }
}

events.listen(({ type, data }) => {
  if (type === 'call') gathered.push(data);
  else if (type === 'again' || type === 'lost') stale = true;
  else return;
  if (gathered.length > KEPT) gathered = gathered.slice(-KEPT);
  if (!timer) timer = setTimeout(flush, FLUSH_MS);
});
trouble.subscribe((now) => { if (!now && journal.value.error) reload(); });

/** Rows with those of one retry chain folded into its newest: [{row, chain: rows oldest first}]. */
export function folded(rows) {
  const chains = new Map();
  const out = [];
  for (const row of rows) {
    const chain = row.chain && chains.get(row.chain);
    if (chain) { chain.unshift(row); continue; }
    const item = { row, chain: [row] };
    if (row.chain) chains.set(row.chain, item.chain);
    out.push(item);
  }
  return out;
}

/** Milliseconds between the attempts of a chain. */
export function gapsOf(chain) {
  return chain.slice(1).map((row, i) => Math.max(0, Date.parse(row.time) - Date.parse(chain[i].time) - (chain[i].duration_ms || 0)));
}
