// The list of calls, live, with one filter line; a call opens beside it.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from '../lib/html.js';
import { amend, go, href, place } from '../lib/route.js';
import { folded, gapsOf, journal, older, reload } from '../lib/journal.js';
import { Button, Mistakes, Spark, Status, Time, duration } from '../lib/parts.js';
import { t } from '../lib/words.js';
import { Call } from './call.js';
import { Filter } from './filter.js';
import { Start } from './start.js';

const ROW_PX = 30;
const SPARE = 12;
function Row({ item, chosen, open }) {
  const { row, chain } = item;
  const name = [row.service, row.function].filter(Boolean).join('/') || (row.operation ? '' : row.path);
  const struck = chain.filter((one) => one.rule);
  return html`<tr class=${chosen ? 'chosen' : ''} aria-selected=${chosen} onClick=${open}>
    <td><${Time} at=${row.time} /></td>
    <td><${Status} row=${row} /></td>
    <td title=${row.path}><a href=${href(['calls', row.request_id], { filter: place.value.query.get('filter') })}>${row.operation || `${row.method} ${row.path}`}</a></td>
    <td title=${name}>${name}</td>
    <td>${row.region}</td>
    <td class="number">${duration(row.duration_ms)}</td>
    <td>${struck.length > 0 && html`<span class="rule" title=${struck[0].rule}>⚡ ${chain.length > 1 ? `${struck.length} × ` : ''}${struck[struck.length - 1].rule}</span>`}</td>
    <td>${chain.length > 1 && html`<span class="attempts">${t('{n} attempts', { n: chain.length })} <${Spark} gaps=${gapsOf(chain)}
      label=${t('Gaps between attempts: {gaps}', { gaps: gapsOf(chain).map(duration).join(', ') })} /></span>`}</td>
  </tr>`;
}

/** Only the rows in sight are in the document; a reader who has scrolled keeps the place while new calls come. */
function useWindow(items) {
  const ref = useRef();
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const first = useRef(null);
  const fresh = useMemo(() => (first.current ? items.findIndex(({ row }) => row.number <= first.current) : 0), [items]);
  useEffect(() => {
    const box = ref.current;
    const measure = () => { setTop(box.scrollTop); setHeight(box.clientHeight); };
    const watch = new ResizeObserver(measure);
    watch.observe(box);
    box.addEventListener('scroll', measure, { passive: true });
    return () => { watch.disconnect(); box.removeEventListener('scroll', measure); };
  }, []);
  useLayoutEffect(() => {
    const box = ref.current;
    if (box.scrollTop > ROW_PX && fresh > 0) {
      box.scrollTop += fresh * ROW_PX;
      setTop(box.scrollTop);
    }
    first.current = items.length ? items[0].row.number : null;
  }, [items]);
  const from = Math.max(0, Math.floor(top / ROW_PX) - SPARE);
  const to = Math.min(items.length, Math.ceil((top + height) / ROW_PX) + SPARE);
  return { ref, from, to, away: top > ROW_PX };
}

function move(items, chosen, step) {
  const at = items.findIndex(({ row }) => row.request_id === chosen);
  return items[Math.max(0, Math.min(items.length - 1, at + step))];
}

function List({ items, chosen, fold }) {
  const { ref, from, to, away } = useWindow(items);
  const [at, setAt] = useState(chosen);
  const filter = place.value.query.get('filter');
  const show = (item) => go(['calls', item.row.request_id], { filter });
  useEffect(() => { if (chosen) setAt(chosen); }, [chosen]);
  useEffect(() => {
    const key = (event) => {
      if (event.target.closest('input, textarea, select, [role=dialog]') || event.ctrlKey || event.metaKey) return;
      const step = { j: 1, k: -1 }[event.key];
      if (step && items.length) {
        const next = move(items, at, step);
        setAt(next.row.request_id);
        const y = items.indexOf(next) * ROW_PX;
        if (y < ref.current.scrollTop || y > ref.current.scrollTop + ref.current.clientHeight - 2 * ROW_PX) ref.current.scrollTop = y - ROW_PX;
      } else if (event.key === 'Enter' && at && event.target === document.body) {
        go(['calls', at], { filter });
      }
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, [items, at, filter]);
  return html`<div class="list" ref=${ref} tabindex="0" role="region" aria-label=${t('Calls, newest first')}>
    ${away && html`<button type="button" class="newest" onClick=${() => { ref.current.scrollTop = 0; }}>${t('To the newest')} ↑</button>`}
    <table aria-rowcount=${items.length}>
      <thead><tr><th scope="col">${t('Time')}</th><th scope="col">${t('Status')}</th><th scope="col">${t('Operation')}</th><th scope="col">${t('Function')}</th>
        <th scope="col">${t('Region')}</th><th scope="col" class="number">${t('Duration')}</th><th scope="col">${t('Rule')}</th><th scope="col">${fold ? t('Retries') : ''}</th></tr></thead>
      <tbody>
        ${from > 0 && html`<tr class="spacer" aria-hidden="true"><td colspan="8" style=${{ height: `${from * ROW_PX}px` }}></td></tr>`}
        ${items.slice(from, to).map((item) => html`<${Row} key=${item.row.request_id} item=${item} chosen=${item.row.request_id === at} open=${(event) => {
    if (event.target.closest('a')) return;
    setAt(item.row.request_id);
    show(item);
  }} />`)}
        ${to < items.length && html`<tr class="spacer" aria-hidden="true"><td colspan="8" style=${{ height: `${(items.length - to) * ROW_PX}px` }}></td></tr>`}
      </tbody></table></div>`;
}

export function Calls({ health }) {
  const { rest, query } = place.value;
  const text = query.get('filter') || '';
  const [fold, setFold] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => reload(text), journal.value.loaded ? 200 : 0);
    return () => clearTimeout(timer);
  }, [text]);
  const { rows, error, loaded } = journal.value;
  const items = useMemo(() => (fold ? folded(rows) : rows.map((row) => ({ row, chain: [row] }))), [rows, fold]);
  const change = (next) => amend(['calls', ...rest], { filter: next });
  const struck = rows.filter((row) => row.rule).length;
  const more = journal.value.more;
  if (loaded && !rows.length && !text && !error) return html`<${Start} />`;
  return html`<div class=${rest[0] ? 'split' : 'whole'}>
    <div class="left">
      <h1 class="unseen">${t('Calls')}</h1>
      <${Filter} text=${text} change=${change} rows=${rows} />
      <p class="summary">${t('{n} calls shown, {struck} struck by a rule', { n: rows.length, struck })}
        ${more ? html` · <${Button} act=${older}>${t('Show older calls')}<//>` : ''}
        ${health && health.journal.lost ? ` · ${t('{n} older ones are not kept any more', { n: health.journal.lost })}` : ''}
        <label><input type="checkbox" checked=${fold} onChange=${(event) => setFold(event.target.checked)} /> ${t('Fold retries')}</label></p>
      <${Mistakes} error=${error} />
      ${loaded && !rows.length ? html`<p class="empty">${t('No call fits this filter.')}</p>` : html`<${List} items=${items} chosen=${rest[0]} fold=${fold} />`}
    </div>
    ${rest[0] && html`<${Call} key=${rest[0]} id=${rest[0]} tab=${rest[1]} items=${items} filter=${text} />`}
  </div>`;
}
