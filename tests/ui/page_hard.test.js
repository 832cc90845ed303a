// The page where it is hard: many calls, large bodies, hostile text, a daemon or a stream that goes, a control side that refuses.
'use strict';

const { test } = require('node:test');
const assert = require('node:assert');
const http = require('node:http');
const net = require('node:net');
const zlib = require('node:zlib');
const { RULES, client, close, daemon, open, until } = require('./page');

const FIRST_LOAD_MAX = 90 * 1024;
const MANY = 100000;

/** Many calls over few connections, each with some on their way at once: what a journal holds after a while. */
async function flood(one, count, lanes = 8, together = 50) {
  const START = /HTTP\/1\.1 /g;
  let next = 0;
  const lane = () => new Promise((done, failed) => {
    const socket = net.connect(one.port, '127.0.0.1');
    let waits = 0;
    const send = () => {
      const requests = [];
      for (; waits < together && next < count; waits++) requests.push(`GET /2016-08-15/services/s${next++} HTTP/1.1\r\nHost: 16530750.cn-shanghai.fc.aliyuncs.com\r\n\r\n`);
      if (requests.length) socket.write(requests.join(''));
      else socket.end(done);
    };
    let rest = '';
    socket.setEncoding('latin1').on('error', failed).on('connect', send).on('data', (text) => {
      rest += text;
      waits -= (rest.match(START) || []).length;
      rest = rest.slice(-8).replace(START, '');
      if (waits === 0) send();
    });
  });
  await Promise.all(Array.from({ length: lanes }, lane));
}

test('the first load is small, asks nobody else, and lets no inline script or style in', async () => {
  const one = await daemon();
  let bytes = 0;
  for (const file of ['', 'page.js', 'page.css']) {
    const answer = await new Promise((done) => { http.get(`${one.at}/_fcemu/ui/${file}`, { headers: { 'Accept-Encoding': 'gzip' } }, done); });
    const parts = [];
    for await (const part of answer) parts.push(part);
    assert.equal(answer.headers['content-encoding'], 'gzip');
    assert.ok(zlib.gunzipSync(Buffer.concat(parts)).length > 0);
    bytes += Buffer.concat(parts).length;
    const policy = answer.headers['content-security-policy'];
    assert.ok(policy && !policy.includes('unsafe'), policy);
  }
  console.log(`first load: ${bytes} bytes`);
  assert.ok(bytes < FIRST_LOAD_MAX);
  const page = await open(one);
  await page.getByRole('heading', { name: 'No call has come yet' }).waitFor();
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.ran = true';
    document.body.append(script);
    return globalThis.ran === true;
  });
  assert.equal(ran, false);
  await close(page, /Content Security Policy/);
});

test('a hundred thousand calls in the journal: the list shows the newest, and older ones when asked', async () => {
  const one = await daemon({ config: 'journal: {bytes: 512MiB}\n' });
  await flood(one, MANY);
  await one.call('POST', '/services', { serviceName: 'needle' });
  assert.equal((await one.control('GET', '/requests?limit=1')).kept, MANY + 1);
  const page = await open(one);
  await page.getByRole('row', { name: /CreateService/ }).waitFor();
  await page.getByText('1000 calls shown').waitFor();
  await page.getByRole('button', { name: 'Show older calls' }).click();
  await page.getByText('2000 calls shown').waitFor();
  await page.locator('#filter').fill('operation=CreateService');
  await page.getByText('1 calls shown').waitFor();
  await page.locator('#filter').fill('operation=GetService service=s77');
  await page.getByRole('row', { name: /GetService.*s77/ }).waitFor();
  await page.locator('#filter').fill('');
  await page.getByText('1000 calls shown').waitFor();
  await one.call('POST', '/services', { serviceName: 'later' });
  await page.getByText('1001 calls shown').waitFor();
  await close(page);
});

test('a body of 6 MB is shown as far as the journal keeps it, with its size', async () => {
  const one = await daemon({ config: 'journal: {bytes: 128MiB, bodies: 1MiB}\n' });
  await client(one, 0);
  const large = JSON.stringify({ large: 'x'.repeat(6 * 1024 * 1024 - 20) });
  await (await one.call('POST', '/services/shop/functions/pay/invocations', large)).text();
  const page = await open(one, '#/calls?filter=operation%3DInvokeFunction');
  await page.getByRole('link', { name: 'InvokeFunction' }).first().click();
  await page.getByRole('tab', { name: 'Request' }).click();
  await page.getByText('1.0 MiB of 6.0 MiB: journal.bodies keeps no more').waitFor();
  for (const form of ['Raw', 'Hex', 'Pretty']) await page.getByRole('button', { name: form }).click();
  assert.ok((await page.getByLabel('Request body').innerText()).length < 300000);
  await page.getByRole('tab', { name: 'Why' }).click();
  await page.getByText('Request id').waitFor();
  await close(page);
});

test('of a body that is not kept whole, the size is told', async () => {
  const one = await daemon();
  await client(one, 0);
  await (await one.call('POST', '/services/shop/functions/pay/invocations', 'y'.repeat(100000))).text();
  const page = await open(one, '#/calls?filter=operation%3DInvokeFunction');
  await page.getByRole('link', { name: 'InvokeFunction' }).first().click();
  await page.getByRole('tab', { name: 'Request' }).click();
  await page.getByText('4.0 KiB of 97.7 KiB: journal.bodies keeps no more').waitFor();
  await close(page);
});

test('hostile text in every field is text, and moves nothing beside it', async () => {
  const evil = '<img src=x onerror="document.title=\'ran\'"><b>bold</b>\u202e\u2066rtl';
  const long = 'W'.repeat(10000);
  const rules = `version: 1\ngroups: {${JSON.stringify('<b>g</b>')}: {enabled: true}}\nrules:\n  - id: evil\n    description: ${JSON.stringify(evil + long)}\n    match: {function: "*"}\n    do: {headers: {set: {x-evil: "<b>bold</b>"}}}\n`;
  const one = await daemon({ rules });
  await one.call('POST', '/services', { serviceName: 'shop', description: evil + long });
  await one.call('POST', `/services/${encodeURIComponent(evil)}/functions/${'a'.repeat(3000)}/invocations`, evil.repeat(50) + long, { 'X-Fc-Evil': '<b>bold</b>', 'User-Agent': `<b>bold</b>${long.slice(0, 3000)}` });
  await one.call('POST', '/services/shop/functions', { functionName: 'pay', description: evil, runtime: 'python3', handler: 'index.handler', environmentVariables: { EVIL: evil + long.slice(0, 2000) } });
  const page = await open(one);
  const { requests } = await one.control('GET', '/requests');
  const places = ['calls', ...requests.flatMap(({ request_id: id }) => ['why', 'request', 'answer', 'again'].map((tab) => `calls/${id}/${tab}`)),
    'faults', 'faults/evil', 'functions', 'functions/cn-shanghai/16530750/shop/pay/configured', 'drills', 'drills/coverage', 'state', `calls?filter=${encodeURIComponent(`function=${evil}`)}`,
    `calls/${encodeURIComponent(evil)}`, `faults/${encodeURIComponent(evil)}`];
  for (const where of places) {
    await page.goto(`${one.at}/_fcemu/ui/#/${where}`);
    await page.locator('main h1').first().waitFor({ state: 'attached' });
    await page.waitForFunction(() => document.readyState === 'complete');
    assert.equal(await page.locator('main img, main script, main b:has-text("bold"), main b:text-is("g")').count(), 0, where);
    assert.ok(!(await page.title()).includes('ran'), where);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${where} is wider than the window`);
  }
  await close(page, /404|400/);
});

test('a stream that is lost is taken up again, with what came meanwhile', async () => {
  const one = await daemon();
  await client(one, 1);
  const page = await open(one);
  await page.getByRole('link', { name: 'InvokeFunction' }).waitFor();
  await page.route('**/_fcemu/events*', (route) => route.abort());
  await page.reload();
  await page.getByText('The daemon does not answer').waitFor();
  await one.call('POST', '/services', { serviceName: 'meanwhile' });
  await page.unroute('**/_fcemu/events*');
  await page.getByText('The daemon does not answer').waitFor({ state: 'detached' });
  await page.getByText('3 calls shown').or(page.getByText('4 calls shown')).waitFor();
  await one.call('DELETE', '/services/meanwhile');
  await page.getByRole('link', { name: 'DeleteService' }).waitFor();
  await close(page, /ERR_FAILED/);
});

test('a daemon that is started anew: what the page shows is what the new one knows', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 2);
  const page = await open(one);
  await page.getByRole('link', { name: 'InvokeFunction' }).waitFor();
  await one.stop('SIGKILL');
  await page.getByText('The daemon does not answer').waitFor();
  const again = await daemon({ port: one.port });
  await page.getByText('The daemon does not answer').waitFor({ state: 'detached' });
  await until(async () => (await page.getByRole('heading', { name: 'No call has come yet' }).count()) > 0);
  await again.call('POST', '/services', { serviceName: 'new' });
  await page.getByRole('link', { name: 'CreateService' }).waitFor();
  await close(page, /ERR_/);
});

test('a control side that refuses is told: a wrong token, a foreign origin', async () => {
  const one = await daemon({ config: "token: open-sesame\nlisten: ['0.0.0.0:0']\n" });
  const page = await open(one);
  await page.getByLabel('This daemon asks for its token').fill('wrong');
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByLabel('This daemon asks for its token').fill('open-sesame');
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByRole('heading', { name: 'No call has come yet' }).waitFor();
  await page.route('**/_fcemu/faults', (route) => route.continue({ headers: { ...route.request().headers(), origin: 'http://evil.example' } }));
  await page.getByRole('link', { name: 'Faults', exact: true }).click();
  await page.getByText('The control side refuses this page:').waitFor();
  await page.getByRole('link', { name: 'State', exact: true }).click();
  await page.getByRole('heading', { name: 'State', level: 1 }).waitFor();
  await close(page, /401|403/);
});
