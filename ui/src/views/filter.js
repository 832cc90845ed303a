// The filter line: the journal's own query language, what its last word could become, and what was asked before.
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { get } from '../lib/api.js';
import { t } from '../lib/words.js';

const HISTORY = 'fcemu-filters';
const HISTORY_MAX = 20;
const OFFERED = 12;
const WORDS = ['status=5xx', 'status=4xx', 'status=2xx', 'operation=@invoke', 'operation=@write', 'operation=@read', 'rule=*', 'unmatched=true', 'since=5m', 'attempt=>1'];

const history = () => JSON.parse(sessionStorage.getItem(HISTORY) || '[]');

function remember(text) {
  if (text.trim()) sessionStorage.setItem(HISTORY, JSON.stringify([text, ...history().filter((old) => old !== text)].slice(0, HISTORY_MAX)));
}

/** What the last word could become: keys of the journal's query, then values that rows have; before a word, what was asked. */
function suggestions(text, keys, rows) {
  const word = text.split(/\s+/).pop();
  const before = text.slice(0, text.length - word.length);
  const at = word.indexOf('=');
  if (at < 0) {
    const found = [...WORDS, ...keys.map((key) => `${key}=`)].filter((one) => one.startsWith(word) && one !== word).map((one) => before + one);
    return (text ? [...history().filter((old) => old.startsWith(text) && old !== text), ...found] : [...history(), ...found]).slice(0, OFFERED);
  }
  const key = word.slice(0, at);
  const values = new Set(rows.slice(0, 500).map((row) => row[key]).filter((value) => value !== null && value !== undefined && value !== ''));
  return [...WORDS.filter((one) => one.startsWith(`${key}=`)), ...[...values].map((value) => `${key}=${value}`)]
    .filter((one) => one.startsWith(word) && one !== word && !/\s/.test(one)).slice(0, OFFERED).map((one) => before + one);
}

export function Filter({ text, change, rows }) {
  const [keys, setKeys] = useState([]);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const ref = useRef();
  useEffect(() => {
    get('/openapi.json').then((api) => setKeys(api.paths['/_fcemu/requests'].get.parameters.map((one) => one.name))).catch(() => {});
    const key = (event) => {
      if (event.key !== '/' || event.target.closest('input, textarea, select')) return;
      event.preventDefault();
      ref.current.focus();
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, []);
  const known = useRef([]);
  if (rows.length) known.current = rows; // what is typed half fits none
  const offers = open ? suggestions(text, keys, known.current) : [];
  const take = (one) => { change(one); setAt(-1); setOpen(!/\s$/.test(one) && /=$/.test(one)); ref.current.focus(); };
  const keyed = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!open) setOpen(true);
      else setAt((old) => Math.max(-1, Math.min(offers.length - 1, old + step)));
    } else if (event.key === 'Enter' && at >= 0 && offers[at]) {
      event.preventDefault();
      take(offers[at]);
    } else if (event.key === 'Escape') {
      if (open && offers.length) setOpen(false);
      else { change(''); ref.current.blur(); }
    }
  };
  return html`<form class="filter" role="search" onSubmit=${(event) => { event.preventDefault(); remember(text); setOpen(false); ref.current.blur(); }}>
    <label for="filter">${t('Filter')}</label>
    <span class="combo"><input id="filter" ref=${ref} type="text" role="combobox" aria-autocomplete="list" aria-expanded=${offers.length > 0} aria-controls="offers"
        aria-activedescendant=${at >= 0 && offers[at] ? `offer-${at}` : undefined} spellcheck="false" autocomplete="off" value=${text}
        placeholder="status=5xx operation=@invoke function=pay" onInput=${(event) => { change(event.target.value); setOpen(true); setAt(-1); }} onFocus=${() => setOpen(true)}
        onBlur=${() => { remember(text); setOpen(false); }} onKeyDown=${keyed} />
      ${offers.length > 0 && html`<ul id="offers" role="listbox" aria-label=${t('Suggestions')}>${offers.map((one, i) => html`
        <li id=${`offer-${i}`} role="option" aria-selected=${i === at} onMouseDown=${(event) => { event.preventDefault(); take(one); }}>${one}</li>`)}</ul>`}</span>
    ${text && html`<button type="button" onClick=${() => change('')}>${t('Clear')}</button>`}
  </form>`;
}
