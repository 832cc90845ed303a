// Where the reader is: #/calls/ID?filter=…, kept in the address so that it can be shared and gone back to.
import { signal } from '@preact/signals';

function parse() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  return { view: parts[0] || 'calls', rest: parts.slice(1), query: new URLSearchParams(query || '') };
}

export const place = signal(parse());
addEventListener('hashchange', () => { place.value = parse(); });

/** An address within the page. */
export function href(parts, query = {}) {
  const kept = Object.entries(query).filter(([, value]) => value);
  return `#/${parts.map(encodeURIComponent).join('/')}${kept.length ? `?${new URLSearchParams(kept)}` : ''}`;
}

export function go(parts, query) {
  location.hash = href(parts, query);
}

/** Change the address without a step in the history: for what is being typed. */
export function amend(parts, query) {
  history.replaceState(null, '', href(parts, query));
  place.value = parse();
}
