// A custom domain over HTTPS with its own certificate, as a real browser meets it: a preflight, server-sent events, a WebSocket.
'use strict';

const { test, before, after } = require('node:test');
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');
const { Daemon } = require('./daemon');
const zip = require('./zip');

const HOST = 'shop.example.com';
const STRICT = 'strict.example.com';
const WAIT_MS = 60000;

// Says what it was asked; sends events one by one as `/next` asks for them; echoes on a WebSocket.
const SERVER = `
const http = require('http');
const crypto = require('crypto');
let turn = () => {};
const server = http.createServer((req, res) => {
  const at = req.url.split('?')[0];
  if (at === '/events') {
    res.writeHead(200, {'Content-Type': 'text/event-stream'});
    let n = 0;
    turn = () => (n < 3 ? res.write('data: ' + n++ + '\\n\\n') : res.end());
    turn();
  } else if (at === '/next') { turn(); res.end(); }
  else if (at === '/page') { res.writeHead(200, {'Content-Type': 'text/html'}); res.end('<!doctype html><title>ours</title>'); }
  else { res.setHeader('X-Seen', 'seen'); res.end(JSON.stringify({method: req.method, url: req.url, one: req.headers['x-one']})); }
});
server.on('upgrade', (req, socket) => {
  const accept = crypto.createHash('sha1').update(req.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  socket.on('data', (frame) => {
    const size = frame[1] & 127;
    const mask = frame.subarray(2, 6);
    const text = Buffer.from(frame.subarray(6, 6 + size).map((byte, i) => byte ^ mask[i % 4]));
    if ((frame[0] & 15) === 1) socket.write(Buffer.concat([Buffer.from([0x81, size]), text]));
    else socket.end(Buffer.from([0x88, 0]));
  });
});
server.listen(process.env.FC_SERVER_PORT, '0.0.0.0');
`;

let browser;
let daemon;
let certificate;

function makeCertificate(folder) {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${HOST}`,
    '-addext', `subjectAltName=DNS:${HOST},DNS:${STRICT}`, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { certName: 'mine', certificate: fs.readFileSync(cert, 'utf8'), privateKey: fs.readFileSync(key, 'utf8') };
}

/** What Chromium knows a key by. */
function pin(pem) {
  const key = new crypto.X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return crypto.createHash('sha256').update(key).digest('base64');
}

async function made(target, body) {
  const answer = await fetch(`${daemon.at}/@cn-shanghai/16530750/2023-03-30${target}`, { method: 'POST', body: JSON.stringify(body) });
  assert.ok(answer.ok, await answer.text());
}

async function deploy() {
  await made('/functions', {
    functionName: 'shop', runtime: 'custom.debian10', handler: 'x', instanceConcurrency: 20, timeout: 60, memorySize: 512,
    customRuntimeConfig: { command: [process.execPath, 'server.js'] }, code: { zipFile: zip.of('server.js', SERVER).toString('base64') },
  });
  await made('/functions/shop/triggers', { triggerName: 'http', triggerType: 'http', triggerConfig: JSON.stringify({ authType: 'anonymous', methods: ['GET', 'PUT', 'POST'] }) });
  const domain = { protocol: 'HTTP,HTTPS', certConfig: certificate };
  const rewrite = { wildcardRules: [{ match: '^/old/*', replacement: '/new/$1' }] };
  await made('/custom-domains', { domainName: HOST, ...domain, routeConfig: { routes: [{ path: '/old/*', functionName: 'shop', rewriteConfig: rewrite }, { path: '/*', functionName: 'shop' }] } });
  const cors = { allowOrigins: [`https://${HOST}:${daemon.port}`], allowMethods: ['PUT'], allowHeaders: ['x-one'], exposeHeaders: ['x-seen'] };
  await made('/custom-domains', { domainName: STRICT, ...domain, corsConfig: cors, routeConfig: { routes: [{ path: '/*', functionName: 'shop' }] } });
}

before(async () => {
  daemon = await new Daemon().start();
  certificate = makeCertificate(daemon.folder);
  await deploy();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP *.example.com 127.0.0.1`, `--ignore-certificate-errors-spki-list=${pin(certificate.certificate)}`],
  });
});

after(async () => {
  if (browser) await browser.close();
  await daemon.stop();
});

const asked = (page, url, options) => page.evaluate(([to, how]) => fetch(to, how).then(
  async (answer) => [answer.status, await answer.json(), answer.headers.get('x-seen')], (error) => String(error)), [url, options]);
const PUT = { method: 'PUT', headers: { 'X-One': '1' }, body: 'x' };

test('a page of another origin is let in by a preflight', { timeout: WAIT_MS }, async () => {
  const page = await browser.newPage();
  await page.goto(`${process.env.FCEMU_PAGES}/`);
  const [status, seen] = await asked(page, `https://${HOST}:${daemon.port}/old/a?b=c`, PUT);
  assert.deepStrictEqual([status, seen], [200, { method: 'PUT', url: '/new/a?b=c', one: '1' }]);
  const { requests } = await daemon.control('GET', '/requests?path=/old/a');
  assert.deepStrictEqual(requests.map((one) => [one.method, one.status, Boolean(one.ran)]), [['OPTIONS', 200, false], ['PUT', 200, true]]);
  await page.close();
});

test('a configuration lets in the origin that it names, and no other', { timeout: WAIT_MS }, async () => {
  const page = await browser.newPage();
  await page.goto(`${process.env.FCEMU_PAGES}/`);
  assert.match(await asked(page, `https://${STRICT}:${daemon.port}/a`, PUT), /Failed to fetch/);
  await page.goto(`https://${HOST}:${daemon.port}/page`);
  assert.deepStrictEqual(await asked(page, `https://${STRICT}:${daemon.port}/a`, PUT), [200, { method: 'PUT', url: '/a', one: '1' }, 'seen']);
  await page.close();
});

test('events arrive one by one, and a WebSocket echoes', { timeout: WAIT_MS }, async () => {
  const page = await browser.newPage();
  await page.goto(`https://${HOST}:${daemon.port}/page`);
  const events = await page.evaluate(() => new Promise((done) => {
    const seen = [];
    const source = new EventSource('/events');
    source.onmessage = (event) => {
      seen.push(event.data);
      if (seen.length === 3) { source.close(); done(seen); } else fetch('/next', { method: 'POST' }); // the next one is written when this one is here
    };
  }));
  assert.deepStrictEqual(events, ['0', '1', '2']);
  const echoed = await page.evaluate(() => new Promise((done) => {
    const socket = new WebSocket(`wss://${location.host}/socket`);
    socket.onopen = () => socket.send('hello');
    socket.onmessage = (message) => { socket.onclose = () => done(message.data); socket.close(); };
    socket.onerror = () => done('an error');
  }));
  assert.strictEqual(echoed, 'hello');
  await page.close();
});
