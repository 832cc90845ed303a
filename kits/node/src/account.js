// What a test has: an account of a daemon, with the verbs that every kit has.
import { AssertionError } from 'node:assert';
import { makeClient } from './clients.js';
import { pack } from './package.js';
import { FcemuError } from './binary.js';

const RULE_TTL = '24h'; // a rule ends with its test; the guard's half an hour would be a surprise at a breakpoint
const STUB_PRIORITY = -1; // faults strike before canned answers

/** What is global was asked of a daemon that others may use. */
export class NotYourOwn extends FcemuError {
  name = 'NotYourOwn';
}

/** A rule of this test. */
class Rule {
  #daemon;

  constructor(daemon, id) {
    this.#daemon = daemon;
    this.id = id;
  }

  get #path() {
    return `/_fcemu/faults/rules/${encodeURIComponent(this.id)}`;
  }

  counters() {
    return this.#daemon.ask('GET', this.#path);
  }

  async fired() {
    return (await this.counters()).fired;
  }

  async remove() {
    await this.#daemon.ask('DELETE', this.#path);
  }
}

/** A call of the journal as one line. */
export function showCall(call) {
  const target = [call.service, call.function].filter(Boolean).join('/');
  const name = [call.operation ?? `${call.method} ${call.path}`, target].filter(Boolean).join(' ');
  const notes = [call.outcome === 'delivered' ? '' : call.outcome, call.rule && `rule ${call.rule}`, call.attempt > 1 && `attempt ${call.attempt}`, call.near_miss]
    .filter(Boolean).join(', ');
  const ends = `${call.status || 'no answer'} ${call.code ?? ''}`.trimEnd();
  return `${String(call.time).slice(11, 23)}  ${name} -> ${ends}, ${(call.duration_ms ?? 0).toFixed(1)} ms${notes && `  (${notes})`}`;
}

/** An account of a daemon. All that is done here meets calls of this account alone, and reset() undoes it. */
export class Account {
  #rules = 0;
  #undo = new Map(); // what reset() asks besides

  constructor(daemon, number, region) {
    this.daemon = daemon;
    this.number = number;
    this.region = region;
  }

  get endpoint() {
    return `${this.daemon.address}/@${this.region}/${this.number}`;
  }

  get url() {
    return `http://${this.endpoint}`;
  }

  get host() {
    return `${this.number}.${this.region}.fc.aliyuncs.com`;
  }

  get env() {
    return { ...this.daemon.env };
  }

  client(api = '2023-03-30', config = {}) {
    return makeClient(this, api, config);
  }

  // ---- rules ----

  async #add(kind, rule) {
    const id = rule.id ?? `${kind}-${this.number}-${++this.#rules}`;
    await this.daemon.ask('POST', '/_fcemu/faults/rules', { ttl: RULE_TTL, ...rule, id, match: { ...rule.match, account: this.number } });
    return new Rule(this.daemon, id);
  }

  stub(name, { body, json, status = 200, headers = {}, operation = 'InvokeFunction', ...match } = {}) {
    const respond = { status, headers };
    if (json !== undefined) {
      respond.body = JSON.stringify(json);
      respond.headers = { 'content-type': 'application/json', ...headers };
    } else if (body instanceof Uint8Array) {
      respond.body_base64 = Buffer.from(body).toString('base64');
    } else if (body !== undefined) {
      respond.body = body;
    }
    return this.#add('stub', { priority: STUB_PRIORITY, match: { operation, function: name, ...match }, do: { respond } });
  }

  fault(what, { times, when, rule = {}, ...match } = {}) {
    const gates = { ...(times === undefined ? {} : { calls: { first: times } }), ...when };
    return this.#add('fault', { ...rule, match, ...(Object.keys(gates).length ? { when: gates } : {}), do: typeof what === 'string' ? { error: what } : what });
  }

  // ---- what happened ----

  async calls(filters = {}) {
    const query = new URLSearchParams({ ...filters, account: this.number });
    return (await this.daemon.ask('GET', `/_fcemu/requests?${query}`)).requests;
  }

  async verify(assertions, { within } = {}) {
    const asked = (Array.isArray(assertions) ? assertions : [assertions]).flatMap((one) => Object.entries(one));
    const scoped = asked.map(([name, terms]) => ({ [name]: { ...terms, match: { account: this.number, ...terms.match } } }));
    const told = await this.daemon.ask('POST', '/_fcemu/requests/verify', { assert: scoped, within }, { accept: [409, 424] });
    if (told.verdict === 'pass') return;
    const failed = told.results.filter((result) => result.verdict !== 'pass').map((result) => `${result.verdict}: ${result.assertion}: ${result.text}`);
    throw new AssertionError({ message: [...failed, ...(await this.story())].join('\n'), stackStartFn: this.verify });
  }

  async story(limit = 50) {
    const calls = await this.calls({ limit });
    return calls.length ? calls.map((call) => `  ${showCall(call)}`) : [`  no call came for account ${this.number} in ${this.region}`];
  }

  // ---- functions ----

  async deploy(name, code, { runtime = 'nodejs20', handler = 'index.handler', service, ...more } = {}) {
    const body = { functionName: name, runtime, handler, code: { zipFile: (await pack(code)).toString('base64') }, ...more };
    let base = `/@${this.region}/${this.number}/2023-03-30`;
    if (service !== undefined) {
      base = `/@${this.region}/${this.number}/2021-04-06`;
      await this.daemon.ask('POST', `${base}/services`, { serviceName: service }, { accept: [409] });
      base += `/services/${encodeURIComponent(service)}`;
    }
    const told = await this.daemon.ask('POST', `${base}/functions`, body, { accept: [409] });
    return told.functionName ? told : this.daemon.ask('PUT', `${base}/functions/${encodeURIComponent(name)}`, body);
  }

  // ---- what is the whole daemon's ----

  async #change(what, change, undo) {
    if (!this.daemon.own) {
      throw new NotYourOwn(`${what} concerns everybody who uses ${this.daemon.url}; it is offered only where the tests have started the daemon`);
    }
    this.#undo.set(what, undo);
    return this.daemon.ask(...change);
  }

  advanceClock(by) {
    return this.#change('the clock', ['PUT', '/_fcemu/clock', { advance: by }], ['DELETE', '/_fcemu/clock']);
  }

  async stopAll() {
    await this.#change('stop all', ['POST', '/_fcemu/faults/stop'], ['POST', '/_fcemu/faults/enable']);
  }

  async reset() {
    await this.daemon.ask('POST', '/_fcemu/state/reset', { account: this.number });
    for (const [what, undo] of this.#undo) {
      this.#undo.delete(what);
      await this.daemon.ask(...undo);
    }
  }
}
