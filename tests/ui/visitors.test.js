// Pages of other origins, and pages that users wrote: what a real browser lets them do, and what the daemon answers.
'use strict';

const { test, before, after } = require('node:test');
const assert = require('node:assert');
const { chromium } = require('playwright-core');

const pages = process.env.FCEMU_PAGES;
const closed = `http://127.0.0.1:${process.env.FCEMU_PORT}`;
const open = `http://127.0.0.1:${process.env.FCEMU_OPEN}`;
const SERVICES = '/2016-08-15/services';
const DOOR = 'web-abcdefghij.cn-shanghai.fcapp.run';
const WAIT_MS = 60000;

let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP ${DOOR} 127.0.0.1`],
  });
});

after(() => browser.close());

async function journal(base, mark) {
  const { requests } = await (await fetch(`${base}/_fcemu/requests?limit=100000`)).json();
  return requests.filter((entry) => `${entry.path}?${entry.query || ''}`.includes(mark));
}

async function services(base) {
  const { services: found } = await (await fetch(base + SERVICES)).json();
  return found.map((service) => service.serviceName);
}

// Each way sends one request to `url` from the page and ends when the browser has an answer, whatever it lets the page see of it.
const WAYS = {
  'a simple POST': {
    method: 'POST',
    send: (page, url, body) => page.evaluate(([to, text]) => fetch(to, { method: 'POST', mode: 'no-cors', headers: { 'Content-Type': 'text/plain' }, body: text }).then(() => 1, () => 0), [url, body]),
  },
  'a form': {
    method: 'POST',
    send: async (page, url, body) => {
      await page.evaluate(([to, text]) => {
        const form = Object.assign(document.createElement('form'), { method: 'POST', action: to, enctype: 'text/plain' });
        const [name, value] = text.split(':');
        form.append(Object.assign(document.createElement('input'), { name: `${name}:${value.slice(0, -1)},"x":"`, value: '"}' }));
        document.body.append(form);
        setTimeout(() => form.submit());
      }, [url, body]);
      await page.waitForURL(url, { waitUntil: 'commit' }).catch((error) => assert.match(String(error), /ERR_ABORTED|Download/));
    },
  },
  'an image': {
    method: 'GET',
    send: (page, url) => page.evaluate((from) => new Promise((done) => {
      const image = new Image();
      image.onload = image.onerror = done;
      image.src = from;
    }).then(() => 1), url),
  },
  'a script': {
    method: 'GET',
    send: (page, url) => page.evaluate((from) => new Promise((done) => {
      const script = document.createElement('script');
      script.onload = script.onerror = done;
      script.src = from;
      document.head.append(script);
    }).then(() => 1), url),
  },
  'a sandboxed frame (Origin: null)': {
    method: 'POST',
    opaque: true,
    send: (page, url, body) => page.evaluate(([to, text]) => new Promise((done) => {
      addEventListener('message', done, { once: true });
      const frame = document.createElement('iframe');
      frame.sandbox = 'allow-scripts';
      frame.srcdoc = `<script>fetch(${JSON.stringify(to)}, {method: 'POST', mode: 'no-cors', body: ${JSON.stringify(text)}}).finally(() => parent.postMessage(1, '*'))</${'script'}>`;
      document.body.append(frame);
    }).then(() => 1), [url, body]),
  },
  'a WebSocket': {
    method: 'GET',
    send: (page, url) => page.evaluate((to) => new Promise((done) => {
      const socket = new WebSocket(to.replace(/^http/, 'ws'));
      socket.onopen = socket.onerror = socket.onclose = done;
    }).then(() => 1), url),
  },
};

for (const [name, { method, send, opaque }] of Object.entries(WAYS)) {
  test(`a foreign page: ${name}`, { timeout: WAIT_MS }, async () => {
    const service = `by-${name.replace(/\W+/g, '-')}`;
    const path = method === 'POST' ? SERVICES : `${SERVICES}/${service}`;
    const mark = `mark=${service}`;
    const body = `{"serviceName":"${service}"}`;
    const page = await browser.newPage();
    for (const base of [open, closed]) {
      await page.goto(`${pages}/`);
      await send(page, `${base}${path}?${mark}`, body);
    }
    await page.close();

    const [arrived] = await journal(open, mark);
    assert.ok(arrived, 'it arrives where its origin is allowed');
    assert.strictEqual(arrived.method, method);
    if (opaque) {
      assert.strictEqual(arrived.status, 403, 'null is another origin than the one allowed');
    } else {
      assert.notStrictEqual(arrived.status, 403);
      assert.strictEqual((await services(open)).includes(service), method === 'POST');
    }

    const refused = await journal(closed, mark);
    assert.deepStrictEqual(refused.map((entry) => [entry.method, entry.status, entry.code]), [[method, 403, 'AccessDenied']]);
    assert.match(refused[0].near_miss, /allow_origins/);
    assert.ok(!(await services(closed)).includes(service), 'nothing is done');
  });
}

test('a page of an allowed origin may use the API in full', { timeout: WAIT_MS }, async () => {
  const page = await browser.newPage();
  const use = (base) => page.evaluate(async (url) => {
    const headers = { 'Content-Type': 'application/json', 'X-Fc-Trace-Id': 'from-a-page' };
    const made = await fetch(url, { method: 'POST', headers, body: '{"serviceName":"in-full"}' });
    return [made.status, made.headers.get('X-Fc-Request-Id'), (await made.json()).serviceName];
  }, base + SERVICES).catch(() => 'not let');
  await page.goto(`${pages}/`);
  assert.deepStrictEqual(await use(open), [200, 'from-a-page', 'in-full']);
  assert.strictEqual(await use(closed), 'not let');
  await page.close();
});

test('a page of the same origin may use the API', { timeout: WAIT_MS }, async () => {
  const page = await browser.newPage();
  await page.goto(`${closed}/_fcemu/health`);
  const status = await page.evaluate((url) => fetch(url, { method: 'POST', body: '{"serviceName":"by-our-own"}' }).then((answer) => answer.status), SERVICES);
  assert.strictEqual(status, 200);
  await page.close();
});

async function rulesInForce() {
  const { rules } = await (await fetch(`${closed}/_fcemu/faults`)).json();
  return rules.filter((rule) => rule.enabled).length;
}

// The page of the rule `page` at a host of its own, where users may serve pages: its script runs and calls the control side.
test('a page of a trigger calls the control side and is refused', { timeout: WAIT_MS }, async () => {
  const page = await browser.newPage();
  const answers = [];
  page.on('response', (answer) => answers.push([new URL(answer.url()).pathname, answer.status()]));
  await page.goto(`http://${DOOR}:${process.env.FCEMU_PORT}/?base=${encodeURIComponent(closed)}`);
  await page.waitForFunction(() => document.title === 'called');
  assert.deepStrictEqual(answers.filter(([path]) => path.startsWith('/_fcemu/')), [['/_fcemu/faults/stop', 403]]);
  assert.strictEqual(await rulesInForce(), 2);
  await page.close();
});

const CONTENT = `${closed}/2016-08-15/proxy/demo/page/`;

test('the same page on a control host is a file to keep, not a page', { timeout: WAIT_MS }, async () => {
  const page = await browser.newPage();
  const kept = page.waitForEvent('download');
  await assert.rejects(page.goto(CONTENT), /Download is starting|ERR_ABORTED/);
  await (await kept).cancel();
  assert.strictEqual(await page.title(), '');
  assert.strictEqual(await rulesInForce(), 2);
  await page.close();
});

test('where a browser shows it none the less, its script does not run', { timeout: WAIT_MS }, async () => {
  const page = await browser.newPage();
  let called = 0;
  page.on('request', (request) => { called += request.url().includes('/_fcemu/'); });
  await page.route(CONTENT, async (route) => {
    const answer = await route.fetch();
    const headers = answer.headers();
    assert.strictEqual(headers['content-disposition'], 'attachment');
    delete headers['content-disposition'];
    await route.fulfill({ response: answer, headers });
  });
  await page.goto(CONTENT, { waitUntil: 'load' });
  assert.strictEqual(await page.title(), 'still');
  assert.strictEqual(called, 0);
  assert.strictEqual(await rulesInForce(), 2);
  await page.close();
});
