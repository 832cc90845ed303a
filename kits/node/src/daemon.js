// The process: how it starts, how it is asked, and that it ends with us.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { Account } from './account.js';
import { binary, FcemuError } from './binary.js';

export const REGION = 'cn-hangzhou';
const FIRST_ACCOUNT = 1000000000000001n;
const ANSWER_MS = 60_000;
const started = new Set();

process.on('exit', () => {
  for (const child of started) child.kill();
});

/** A running daemon. `own` says that it was started here, and `end` ends it; what is global can be changed only then. */
export class Daemon {
  #end;
  #log;
  #token;
  #next = FIRST_ACCOUNT;

  constructor(url, { env = {}, ca, log = () => '', region = REGION, token, end } = {}) {
    this.url = url.replace(/\/$/, '');
    this.env = env;
    this.ca = ca;
    this.region = region;
    this.#log = log;
    this.#token = token;
    this.#end = end;
  }

  get own() {
    return this.#end !== undefined;
  }

  get address() {
    return this.url.replace(/^.*:\/\//, '');
  }

  account(number, region = this.region) {
    // Where others come too, one by chance.
    const free = () => (this.own ? this.#next++ : 2n * 10n ** 15n + BigInt(Math.floor(Math.random() * 2 ** 52)));
    return new Account(this, String(number ?? free()), region);
  }

  log() {
    return this.#log();
  }

  async ask(method, path, body, { accept = [] } = {}) {
    const { status, told } = await this.#send(method, path, body);
    if (status >= 400 && !accept.includes(status)) throw new FcemuError(`${method} ${path}: ${status} ${why(told)}`);
    return told;
  }

  // By http itself: fetch may be a mock of the test's, or ask a proxy.
  #send(method, path, body) {
    const headers = { connection: 'close' };
    const data = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    if (data) Object.assign(headers, { 'content-type': 'application/json', 'content-length': data.length });
    if (this.#token) headers['x-fcemu-token'] = this.#token;
    return new Promise((resolve, reject) => {
      const request = http.request(this.url + path, { method, headers, agent: false, timeout: ANSWER_MS }, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode, told: parse(Buffer.concat(chunks).toString()) }));
        answer.on('error', reject);
      });
      request.on('timeout', () => request.destroy(new Error('no answer within a minute')));
      request.on('error', (problem) => reject(new FcemuError(`no daemon answers at ${this.url}: ${problem.message}`)));
      request.end(data);
    });
  }

  async stop() {
    const end = this.#end;
    this.#end = undefined;
    await end?.();
  }

  async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    await this.stop();
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function why(told) {
  if (typeof told !== 'object' || told === null) return String(told).slice(0, 400);
  const texts = (told.errors ?? []).map(({ message, hint }) => message + (hint ? ` (${hint})` : ''));
  return texts.join('; ') || told.detail || told.Message || JSON.stringify(told);
}

async function end(child) {
  const ended = child.exitCode !== null || child.signalCode !== null ? undefined : new Promise((resolve) => child.once('exit', resolve));
  child.ref();
  child.kill();
  await ended;
  started.delete(child);
}

// The first line of a stream that ends with it, and what another one said.
function firstLine(child) {
  return new Promise((resolve, reject) => {
    let out = '';
    let problems = '';
    child.stderr.on('data', (chunk) => { problems += chunk; });
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (out.includes('\n')) resolve(out);
    });
    child.on('error', (problem) => reject(new FcemuError(`${child.spawnfile}: ${problem.message}`)));
    child.on('close', (code) => reject(new FcemuError(problems.trim() || `${child.spawnfile} ended with ${code}`)));
  });
}

/** Start a daemon of our own on a free port. It ends with stop(), and with this process however that ends. */
export async function start({ config, faults, fixtures, seeds, region } = {}) {
  const files = { config, faults, fixtures, seeds };
  const words = Object.entries(files).flatMap(([name, list]) => [list ?? []].flat().flatMap((file) => [`--${name}`, String(file)]));
  const child = spawn(binary(), ['start', '--die-with', String(process.pid), ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.add(child);
  try {
    const told = JSON.parse(await firstLine(child));
    for (const part of [child.stdout, child.stderr]) part.destroy();
    child.unref(); // a test runner ends when its tests have
    return new Daemon(told.url, { ...told, log: () => readFileSync(told.log, 'utf8'), region, end: () => end(child) });
  } catch (problem) {
    started.delete(child);
    throw problem;
  }
}

/** A daemon that runs already, perhaps for others too: HOST:PORT or a URL. */
export async function attach(address, { region, token = process.env.FCEMU_TOKEN } = {}) {
  const daemon = new Daemon(address.includes('://') ? address : `http://${address}`, { region, token });
  await daemon.ask('GET', '/_fcemu/health', undefined, { accept: [503] });
  return daemon;
}
