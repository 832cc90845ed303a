// load.js ADDRESS SECONDS RATE [page]: calls at a rate, with the page open or not; what became of both, as one line of JSON.
'use strict';

const http = require('node:http');
const { chromium } = require('playwright-core');
const { ACCOUNT, REGION } = require('./daemon');

const STEP_MS = 10;
const [at, seconds, rate, withPage] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4]), process.argv[5] === 'page'];
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const path = `/@${REGION}/${ACCOUNT}/2016-08-15/services/demo/functions/hello/invocations`;

function call() {
  return new Promise((done) => {
    const request = http.request(at + path, { method: 'POST', agent }, (answer) => answer.resume().on('end', done));
    request.on('error', done);
    request.end('{}');
  });
}

async function load() {
  const start = process.hrtime.bigint();
  const waiting = [];
  let sent = 0;
  for (;;) {
    const passed = Number(process.hrtime.bigint() - start) / 1e6;
    if (passed >= seconds * 1000) break;
    for (const due = Math.floor((passed * rate) / 1000); sent < due; sent++) waiting.push(call());
    if (waiting.length > 5000) await Promise.all(waiting.splice(0));
    await new Promise((done) => { setTimeout(done, STEP_MS); });
  }
  await Promise.all(waiting);
  return sent;
}

/** Milliseconds until something is painted, and until `ready` is there. */
async function opening(browser, url, ready) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForSelector(ready, { state: 'attached' });
  const usable = await page.evaluate(() => performance.now());
  const paint = await page.evaluate(() => new Promise((done) => {
    new PerformanceObserver((list) => done(list.getEntries()[0].startTime)).observe({ type: 'paint', buffered: true });
  }));
  await page.close();
  return { paint, usable };
}

async function main() {
  if (!withPage) {
    console.log(JSON.stringify({ sent: await load() }));
    return;
  }
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--enable-precise-memory-info'] });
  await call();
  await opening(browser, `${at}/_fcemu/livez`, 'body');
  const empty = await opening(browser, `${at}/_fcemu/livez`, 'body');
  const own = await opening(browser, `${at}/_fcemu/ui/`, '.list tbody tr');
  const page = await browser.newPage();
  await page.goto(`${at}/_fcemu/ui/`);
  await page.waitForSelector('.list tbody tr');
  await page.evaluate(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  });
  const heap = () => page.evaluate(() => { if (globalThis.gc) globalThis.gc(); return performance.memory.usedJSHeapSize / 1e6; });
  const before = await heap();
  const sent = await load();
  const tasks = await page.evaluate(() => globalThis.tasks);
  console.log(JSON.stringify({ sent, longest_task_ms: Math.max(0, ...tasks), long_tasks: tasks.length, heap_mb: [before, await heap()],
    paint_ms: [empty.paint, own.paint], usable_ms: [empty.usable, own.usable] }));
  await browser.close();
}

main();
