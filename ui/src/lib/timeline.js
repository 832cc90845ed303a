// Calls over the time of a drill: hollow and above where a rule struck, so that colour is not the only sign; attempts of one call are joined.
import { html } from './html.js';
import { duration } from './parts.js';
import { go } from './route.js';
import { t } from './words.js';

const WIDTH = 580;
const heightOf = (one) => (one.rule ? 36 : 50);

/** Pairs of attempts that follow each other in a chain. */
function pairs(calls) {
  const last = new Map();
  const out = [];
  for (const one of calls) {
    if (one.chain && last.has(one.chain)) out.push([last.get(one.chain), one]);
    if (one.chain) last.set(one.chain, one);
  }
  return out;
}

const gapOf = ([from, to]) => Math.max(0, to.at_ms - from.at_ms - from.took_ms);

export function Timeline({ calls, steps, length: asked }) {
  const length = Math.max(asked, ...calls.map((one) => one.at_ms + one.took_ms), 1);
  const x = (ms) => 8 + (ms / length) * WIDTH;
  const struck = calls.filter((one) => one.rule).length;
  const joined = pairs(calls);
  const label = t('{total} calls over {time}, {struck} struck', { total: calls.length, struck, time: duration(length) });
  return html`<svg class="timeline" role="img" viewBox="0 0 600 86" aria-label=${label}>
    <line x1="8" x2="588" y1="60" y2="60" />
    ${steps.map((one) => one.at_ms !== undefined && html`<g class="step"><line x1=${x(one.at_ms)} x2=${x(one.at_ms)} y1="8" y2="60" /><text x=${x(one.at_ms) + 2} y="14">${one.number}</text></g>`)}
    ${joined.map(([from, to]) => html`<line class="gap" x1=${x(from.at_ms)} y1=${heightOf(from)} x2=${x(to.at_ms)} y2=${heightOf(to)}><title>${duration(gapOf([from, to]))}</title></line>`)}
    ${calls.map((one) => html`<circle class=${one.rule ? 'struck' : one.status >= 400 || !one.status ? 'bad' : 'good'} cx=${x(one.at_ms)} cy=${heightOf(one)} r="4"
      onClick=${() => one.request_id && go(['calls', one.request_id])}><title>${`${one.operation} ${one.status || one.cut || ''} ${one.code || ''}`}</title></circle>`)}
    <text x="8" y="78">0</text><text x="588" y="78" text-anchor="end">${duration(length)}</text></svg>
    <p class="quiet">${t('Hollow and above: a rule struck. Lines: steps of the drill; slanted: the gap to the next attempt.')}${joined.length
  ? ` ${t('Gaps: {gaps}', { gaps: joined.slice(0, 12).map((pair) => duration(gapOf(pair))).join(', ') })}` : ''}</p>`;
}
