// The page: a bar with the views, what is wrong with the daemon if anything is, and the view that the address names.
import { render } from 'preact';
import { signal } from '@preact/signals';
import { html, useEffect, useState } from './lib/html.js';
import { call, events, get, setToken, trouble } from './lib/api.js';
import { go, href, place } from './lib/route.js';
import { language, setLanguage, t } from './lib/words.js';
import { Button, Panel } from './lib/parts.js';
import { Calls } from './views/calls.js';
import { Faults } from './views/faults.js';
import { Functions } from './views/functions.js';
import { Drills } from './views/drills.js';
import { State } from './views/state.js';

const VIEWS = [
  { id: 'calls', name: () => t('Calls'), view: Calls },
  { id: 'faults', name: () => t('Faults'), view: Faults },
  { id: 'functions', name: () => t('Functions'), view: Functions },
  { id: 'drills', name: () => t('Drills'), view: Drills },
  { id: 'state', name: () => t('State'), view: State },
];
const KEYS = () => [['/', t('to the filter')], ['j  k', t('next, previous call')], ['Enter', t('open it')], ['Esc', t('close')],
  ['1 … 5', t('the views')], ['?', t('this list')]];

const health = signal(null);
const stopped = signal(false);

async function look() {
  const now = await get('/health').catch((error) => { if (error.status !== 503) throw error; return null; });
  if (!now) return;
  health.value = now;
  stopped.value = now.faults.stopped;
}

function Trouble() {
  const now = trouble.value;
  const [token, typed] = useState('');
  if (!now) return null;
  if (now.kind === 'token') {
    return html`<form class="trouble" role="alert" onSubmit=${(event) => { event.preventDefault(); setToken(token); look().catch(() => {}); }}>
      <label>${t('This daemon asks for its token')} <input type="password" autocomplete="off" value=${token} onInput=${(event) => typed(event.target.value)} /></label>
      <button>${t('Use it')}</button> <span class="quiet">${t('Kept in this tab alone.')}</span></form>`;
  }
  if (now.kind === 'refused') return html`<div class="trouble" role="alert">${t('The control side refuses this page:')} ${now.detail}</div>`;
  return html`<div class="trouble" role="alert">${t('The daemon does not answer. Trying again…')}</div>`;
}

function Bar() {
  return html`<header class="bar">
    <a class="name" href=${href(['calls'])}>fcemu</a>
    <nav aria-label=${t('Views')}>${VIEWS.map(({ id, name }) => html`
      <a href=${href([id])} aria-current=${place.value.view === id ? 'page' : undefined}>${name()}</a>`)}</nav>
    <span class="fill"></span>
    ${health.value && html`<span class="quiet version">${health.value.version}</span>`}
    <label class="language"><span class="unseen">${t('Language')}</span><select value=${language.value} onChange=${(event) => setLanguage(event.target.value)}>
      <option value="en">English</option><option value="zh" lang="zh">中文</option></select></label>
    ${stopped.value
    ? html`<${Button} kind="go" act=${async () => { await call('POST', '/faults/enable'); await look(); }}>${t('Faults are stopped: bring them back')}<//>`
    : html`<${Button} kind="stop" act=${async () => { await call('POST', '/faults/stop'); await look(); }}>${t('Stop all faults')}<//>`}
  </header>`;
}

function Page() {
  const [help, showHelp] = useState(false);
  useEffect(() => {
    look().catch(() => {});
    const quit = events.listen(({ type }) => { if (type !== 'call' && type !== 'fired') look().catch(() => {}); });
    const key = (event) => {
      if (event.target.closest('input, textarea, select') || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === '?') showHelp((shown) => !shown);
      else if (VIEWS[event.key - 1]) go([VIEWS[event.key - 1].id]);
    };
    addEventListener('keydown', key);
    return () => { quit(); removeEventListener('keydown', key); };
  }, []);
  const current = VIEWS.find(({ id }) => id === place.value.view) || VIEWS[0];
  document.title = `${current.name()} – fcemu`;
  return html`<${Bar} /><${Trouble} />
    <main key=${language.value}><${current.view} health=${health.value} /></main>
    ${help && html`<${Panel} title=${t('Keys')} close=${() => showHelp(false)}><dl class="keys">${KEYS().map(([key, what]) => html`<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`)}</dl><//>`}`;
}

render(html`<${Page} />`, document.body);
