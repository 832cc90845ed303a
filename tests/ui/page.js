// What every test of the page shares: a browser, daemons of its own, a page that tells what it complained of.
'use strict';

const { before, after, afterEach } = require('node:test');
const assert = require('node:assert');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { chromium } = require('playwright-core');
const { Daemon } = require('./daemon');
const zip = require('./zip');

/* A machine under load is slow; nothing here waits so long unless it fails. */
const WAIT_MS = Number(process.env.FCEMU_WAIT_MS || 120000);
const SHOTS = process.env.FCEMU_SHOTS || fs.mkdtempSync(path.join(os.tmpdir(), 'fcemu-shots-'));
process.on('exit', () => { // one without pictures is of no use
  if (fs.existsSync(SHOTS) && fs.readdirSync(SHOTS).length === 0) fs.rmdirSync(SHOTS);
});

let browser;
const running = [];

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'], timeout: WAIT_MS });
});
after(async () => { await browser.close(); });
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  for (const daemon of running.splice(0)) await daemon.stop('SIGKILL');
});

async function daemon(options) {
  const one = await new Daemon(options).start();
  running.push(one);
  return one;
}

/** A page of the daemon, and what it complained of or asked elsewhere. */
async function open(one, where = '', options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  page.complaints = [];
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) page.complaints.push(message.text()); });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('request', (request) => { if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(one.at)) page.complaints.push(`asked ${request.url()}`); });
  await page.goto(`${one.at}/_fcemu/ui/${where}`);
  return page;
}

/** `but`: complaints that the test itself brought about. */
async function close(page, but = null) {
  assert.deepEqual(page.complaints.filter((text) => !but || !but.test(text)), []);
  await page.context().close();
}

const CODE = 'def handler(event, context):\n    print("seen", event)\n    return event\n';
const pack = (text) => zip.of('index.py', text).toString('base64');

/** A service with a function, and a client that tries `tries` times. */
async function client(one, tries, code = CODE) {
  await one.call('POST', '/services', { serviceName: 'shop' });
  await one.call('POST', '/services/shop/functions', { functionName: 'pay', runtime: 'python3', handler: 'index.handler', timeout: 300, code: { zipFile: pack(code) } });
  for (let i = 0; i < tries; i++) await one.call('POST', '/services/shop/functions/pay/invocations', '{"n":1}');
}

/** What a program prints; it must end well. */
async function run(program, words) {
  const { stdout } = await promisify(execFile)(program, words, { timeout: WAIT_MS });
  return stdout;
}

/** Poll until `look` finds something. */
async function until(look) {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, `never came: ${look}`);
    await new Promise((done) => { setTimeout(done, 50); });
  }
}

const RULES = `
version: 1
rules:
  - id: throttle
    match: {operation: InvokeFunction, function: pay}
    do: {error: ResourceThrottled}
    limit: {fires: 3}
    ttl: 1h
drills:
  - id: three-throttles
    description: three throttled calls
    timeout: 10m
    require: {calls: 1}
    steps:
      - {at: 0s, enable: throttle}
      - {until: {fired: {rule: throttle, gte: 1}}, max: 5m, disable: throttle}
    assert:
      - calls: {match: {function: pay}, gte: 1}
`;

module.exports = { CODE, RULES, SHOTS, WAIT_MS, client, close, daemon, open, pack, run, until };
