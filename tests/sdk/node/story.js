// Plays a story (../stories/*.json; python/story.py tells what a step is) with a generated client.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const load = (version) => JSON.parse(fs.readFileSync(path.join(__dirname, '..', 'stories', `${version}.json`), 'utf8'));

function fill(value, saved) {
  if (Array.isArray(value)) {
    return value.map((item) => fill(item, saved));
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, saved)]));
  }
  const whole = typeof value === 'string' && value.match(/^\$\{(\w+)\}$/);
  if (whole) {
    return saved[whole[1]];
  }
  return typeof value === 'string' ? value.replace(/\$\{(\w+)\}/g, (_, name) => saved[name]) : value;
}

/** Where `got` is not as `want`, as text; undefined if it is. */
function differs(got, want, inPart, at = '') {
  const wrong = () => `${at || '/'} is ${JSON.stringify(got)}, not ${JSON.stringify(want)}`;

  if (Array.isArray(want) && inPart) {
    const missing = want.find((item) => !(got || []).some((each) => !differs(each, item, true)));
    return missing && `${at} lacks ${JSON.stringify(missing)}`;
  }
  if (Array.isArray(want) && (!Array.isArray(got) || got.length !== want.length)) {
    return wrong();
  }
  if (want && typeof want === 'object') {
    const found = Object.entries(want).map(([key, item]) => differs((got || {})[key], item, inPart, `${at}/${key}`));
    return found.find(Boolean);
  }
  if (typeof want === 'string' && want.startsWith('~')) {
    return new RegExp(want.slice(1)).test(got) ? undefined : wrong();
  }
  if (want === null) { // a member that is not there
    return got === undefined || got === null ? undefined : wrong();
  }
  return got === want ? undefined : wrong();
}

async function text(body) {
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    return body.toString();
  }
  const chunks = [];
  for await (const chunk of body) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString();
}

class Player {
  /** `cast` turns a map into a request of the module; `bytes` makes what the client takes as a body of bytes. */
  constructor(client, module, { cast, bytes, saved }) {
    Object.assign(this, { client, module, cast, bytes, saved: { ...saved }, outcomes: new Map() });
  }

  args(step) {
    const args = fill(step.args || [], this.saved).map(String);
    if (step.request) {
      const Request = this.module[`${step.call[0].toUpperCase()}${step.call.slice(1)}Request`];
      const { body, ...rest } = fill(step.request, this.saved);
      const request = this.cast(typeof body === 'object' ? { ...rest, body } : rest, new Request({}));
      args.push(typeof body === 'string' ? Object.assign(request, { body: this.bytes(body) }) : request);
    }
    return args;
  }

  /** What is wrong with a step, or undefined. */
  async judge(step) {
    let answer;
    try {
      answer = await this.client[step.call](...this.args(step));
    } catch (error) {
      return error.code && error.code === step.error ? undefined : `${error.name}: ${error.message}`;
    }
    if (step.error) {
      return `no error, ${step.error} was due`;
    }
    if (step.status && answer.statusCode !== step.status) {
      return `status ${answer.statusCode}, not ${step.status}`;
    }
    if (step.text) {
      const body = await text(answer.body);
      return body === step.text ? undefined : `body ${body}`;
    }
    const body = answer.body && answer.body.toMap ? answer.body.toMap() : {};
    for (const [name, member] of Object.entries(step.save || {})) {
      this.saved[name] = body[member];
    }
    return differs(body, fill(step.want || {}, this.saved), false) || differs(body, fill(step.contains || {}, this.saved), true);
  }

  async play(story) {
    for (const step of story.filter(({ call }) => this.client[call])) {
      const wrong = await this.judge(step);
      const outcome = this.outcomes.get(step.call) || { wrong: [], errors: [], why: '' };
      outcome.errors.push(step.error);
      outcome.why = step.why || outcome.why;
      outcome.wrong.push(...(wrong ? [`${JSON.stringify(step.args || [])}: ${wrong}`.split('\n')[0]] : []));
      this.outcomes.set(step.call, outcome);
    }
    return this.outcomes;
  }
}

module.exports = { Player, load };
