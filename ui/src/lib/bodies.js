// Bodies as people read them: pretty, raw, byte by byte.
import { html, useState } from './html.js';
import { Copyable, bytes } from './parts.js';
import { t } from './words.js';

const SHOWN_MAX = 200000;
const HEX_MAX = 16384;

export function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

const rawBytes = (text, base64) => (base64 ? Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)) : new TextEncoder().encode(text));

function hex(all) {
  const lines = [];
  for (let at = 0; at < Math.min(all.length, HEX_MAX); at += 16) {
    const part = [...all.slice(at, at + 16)];
    lines.push(`${at.toString(16).padStart(6, '0')}  ${part.map((b) => b.toString(16).padStart(2, '0')).join(' ').padEnd(47)}  ${part.map((b) => (b > 31 && b < 127 ? String.fromCharCode(b) : '.')).join('')}`);
  }
  if (all.length > HEX_MAX) lines.push('…');
  return lines.join('\n');
}

/** `whole`: how many bytes went over the wire, where fewer are kept. */
export function Body({ text, base64, label, whole }) {
  const [form, setForm] = useState(base64 ? 'hex' : 'pretty');
  if (!text) return html`<p class="quiet">${whole ? t('{size}, not kept', { size: bytes(whole) }) : t('No body.')}</p>`;
  const all = rawBytes(text, base64);
  const shown = { pretty, raw: (body) => body, hex: () => hex(all) }[form](text);
  return html`<p class="forms">${[['pretty', t('Pretty')], ['raw', t('Raw')], ['hex', t('Hex')]].map(([id, name]) => html`
      <button type="button" aria-pressed=${form === id} onClick=${() => setForm(id)}>${name}</button>`)} <span class="quiet">${bytes(all.length)}${
  whole > all.length ? ` ${t('of {size}: journal.bodies keeps no more', { size: bytes(whole) })}` : ''}</span></p>
    <${Copyable} text=${shown.length > SHOWN_MAX ? `${shown.slice(0, SHOWN_MAX)}\n…` : shown} label=${label} />`;
}

export function Headers({ text, label }) {
  const rows = (text || '').split('\n').filter(Boolean).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
  if (!rows.length) return html`<p class="quiet">${t('No headers.')}</p>`;
  return html`<table class="headers" aria-label=${label}><tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td><bdi>${value}</bdi></td></tr>`)}</tbody></table>`;
}
