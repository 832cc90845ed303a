// What functions print: the last lines, and those that come.
import { html, useEffect, useRef, useState } from './html.js';
import { stream } from './api.js';
import { Mistakes, Time } from './parts.js';
import { t } from './words.js';

const SHOWN = 1000;

export function Logs({ query }) {
  const [lines, setLines] = useState([]);
  const [error, setError] = useState(null);
  const box = useRef();
  const wanted = new URLSearchParams({ ...query, tail: 200, follow: true }).toString();
  useEffect(() => {
    const end = new AbortController();
    let gathered = [];
    let timer = null;
    const show = () => {
      timer = null;
      const fresh = gathered;
      gathered = [];
      setLines((old) => [...old, ...fresh].slice(-SHOWN));
    };
    stream(`/logs?${wanted}`, {
      signal: end.signal,
      end: '\n',
      take: (line) => {
        gathered.push(JSON.parse(line));
        if (!timer) timer = setTimeout(show, 100);
      },
    }).catch((problem) => { if (!end.signal.aborted) setError(problem); });
    return () => { end.abort(); clearTimeout(timer); };
  }, [wanted]);
  useEffect(() => { if (box.current) box.current.scrollTop = box.current.scrollHeight; }, [lines]);
  return html`<${Mistakes} error=${error} />${lines.length ? html`<pre class="log" ref=${box} tabindex="0" aria-label=${t('Logs')}>${lines.map((line) => html`<span class=${line.kind === 'error' ? 'bad' : line.kind === 'line' ? '' : 'quiet'}><${Time} at=${line.time} />${` ${line.text}\n`}</span>`)}</pre>`
    : html`<p class="quiet">${t('Nothing was printed.')}</p>`}`;
}
