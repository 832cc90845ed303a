// The control side as this page uses it: JSON calls, the token, and one stream of events.
import { signal } from '@preact/signals';

const TOKEN = 'fcemu-token';
const RETRY_MS = [500, 1000, 2000, 5000];

/** What stands between the page and the daemon: null, or {kind: 'lost' | 'token' | 'refused', detail}. */
export const trouble = signal(null);

/** Problem: what the control side answered instead, with `errors` that carry positions. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.errorMessage || body.title || `HTTP ${status}`);
    this.status = status;
    this.errors = body.errors || [];
  }
}

export function setToken(token) {
  sessionStorage.setItem(TOKEN, token);
  trouble.value = null;
  events.restart();
}

function headers(extra) {
  const token = sessionStorage.getItem(TOKEN);
  return { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...extra };
}

async function problemOf(response) {
  const text = await response.text();
  let body = {};
  try { body = JSON.parse(text); } catch { body = { detail: text.slice(0, 300) }; }
  if (response.status === 401) trouble.value = { kind: 'token', detail: body.detail };
  if (response.status === 403 && body.title) trouble.value = { kind: 'refused', detail: body.detail };
  return new Problem(response.status, body);
}

async function send(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name !== 'AbortError') trouble.value = { kind: 'lost', detail: String(error.message) };
    throw error;
  }
  if (!response.ok) throw await problemOf(response);
  if (trouble.value && trouble.value.kind === 'lost') trouble.value = null;
  return response;
}

async function read(response) {
  const text = await response.text();
  return (response.headers.get('Content-Type') || '').includes('json') ? JSON.parse(text) : text;
}

/** GET below /_fcemu: JSON, or text where that is what comes. */
export const get = async (path, options) => read(await send(`/_fcemu${path}`, { ...options, headers: headers() }));

/** Another method; `body` is an object (sent as JSON) or a YAML text. */
export async function call(method, path, body) {
  const yaml = typeof body === 'string';
  const type = body === undefined ? {} : { 'Content-Type': yaml ? 'application/yaml' : 'application/json' };
  return read(await send(`/_fcemu${path}`, { method, headers: headers(type), body: yaml || body === undefined ? body : JSON.stringify(body) }));
}

/** A call of the emulated API itself, for an account and a region, signed where that is asked for. Resolves with whatever came back. */
export async function product(place, method, path, body, extra) {
  const own = { ...(body === undefined ? {} : { 'Content-Type': 'application/octet-stream' }), ...extra };
  const { headers: signature } = await call('POST', '/sign', { account: place.account, region: place.region, method, path, headers: own });
  const response = await fetch(`/@${place.region}/${place.account}${path}`, { method, body, headers: { ...own, ...signature } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** A long answer in pieces, as they come: NDJSON by '\n', server-sent events by a blank line. */
export async function stream(path, { signal: ended, end, take, opened = () => {} }) {
  const response = await send(`/_fcemu${path}`, { headers: headers(), signal: ended });
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  opened();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error('the stream ended');
    text += decoder.decode(value, { stream: true });
    const pieces = text.split(end);
    text = pieces.pop();
    pieces.filter(Boolean).forEach(take);
  }
}

function eventOf(block) {
  const event = { type: 'message', data: null };
  for (const line of block.split('\n')) {
    if (line.startsWith('id: ')) event.id = line.slice(4);
    else if (line.startsWith('event: ')) event.type = line.slice(7);
    else if (line.startsWith('data: ')) event.data = JSON.parse(line.slice(6));
  }
  return event;
}

/** The stream of events: `listen(fn)` gets {type, data}; the stream is taken up again where it broke. */
class Events {
  listeners = new Set();
  last = '';
  tries = 0;
  running = null;

  listen(fn) {
    this.listeners.add(fn);
    if (!this.running) this.restart();
    return () => this.listeners.delete(fn);
  }

  restart() {
    if (this.running) this.running.abort();
    this.running = new AbortController();
    this.run(this.running).catch(() => {});
  }

  async run(controller) {
    while (!controller.signal.aborted) {
      try {
        const path = `/events${this.last ? `?after=${encodeURIComponent(this.last)}` : ''}`;
        await stream(path, { signal: controller.signal, end: '\n\n', take: (block) => this.take(eventOf(block)), opened: () => this.opened() });
      } catch (error) {
        if (controller.signal.aborted) return;
        if (error instanceof Problem && error.status < 500) return;
        trouble.value = { kind: 'lost', detail: String(error.message || '') };
      }
      await new Promise((done) => { setTimeout(done, RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]); });
    }
  }

  opened() {
    if (this.tries) this.tell({ type: 'again', data: {} });
    this.tries = 0;
  }

  take(event) {
    if (event.type === 'message') return;
    if (event.id) this.last = event.id;
    this.tell(event);
  }

  tell(event) {
    for (const fn of this.listeners) fn(event);
  }
}

export const events = new Events();
