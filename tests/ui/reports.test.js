// The report of each drill of config/drills as a person reads it: light and dark, without colour, without the network.
'use strict';

const { test, before, after } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { AxeBuilder } = require('./axe');
const { chromium } = require('playwright-core');

const FOLDER = process.env.FCEMU_REPORTS;
const DRILLS = fs.readdirSync(FOLDER).map((name) => path.basename(name, '.html')).sort();

let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
});

after(() => browser.close());

async function read(drill, options) {
  const page = await browser.newPage(options);
  const complaints = [];
  const asked = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(pathToFileURL(path.join(FOLDER, `${drill}.html`)).href);
  return { page, complaints, asked };
}

// Relative luminance of a computed colour, as WCAG 2 has it.
function luminance(text) {
  const [r, g, b] = text.match(/[0-9.]+/g).slice(0, 3).map((part) => part / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const styleOf = (element, name) => element.evaluate((node, property) => getComputedStyle(node)[property], name);

test('there is a report of each drill', () => {
  assert.ok(DRILLS.length >= 8, DRILLS.join());
});

// Each chart is seen, said in words, and stands above a table of the same figures.
async function checkCharts(page, paper) {
  const charts = page.locator('svg');
  const count = await charts.count();
  assert.ok(count >= 1);
  for (let i = 0; i < count; i++) {
    const chart = charts.nth(i);
    const box = await chart.boundingBox();
    assert.ok(box.width > 300 && box.height > 60, JSON.stringify(box));
    assert.ok((await chart.getAttribute('aria-label')).length > 10);
    assert.ok((await chart.locator('xpath=following::table').count()) > 0);
    const marks = chart.locator('circle, path, polygon, g > *');
    assert.ok((await marks.count()) > 0, 'an empty chart');
    for (const name of ['line', 'text', 'circle']) {
      for (const part of (await chart.locator(name).all()).slice(0, 5)) {
        const fill = await styleOf(part, 'fill');
        const ink = name === 'line' || fill === 'none' ? await styleOf(part, 'stroke') : fill;
        assert.ok(ink !== 'none' && contrast(ink, paper) >= (name === 'text' ? 4.5 : 1.3), `${name}: ${ink} on ${paper}`);
      }
    }
  }
}

for (const drill of DRILLS) {
  for (const scheme of ['light', 'dark']) {
    test(`${drill} reads in ${scheme}`, async () => {
      const { page, complaints, asked } = await read(drill, { colorScheme: scheme });
      assert.equal(await page.title(), `Drill ${drill}: fail`);
      assert.match(await page.locator('h1').innerText(), /\u2717 fail/);
      const paper = await styleOf(page.locator('body'), 'backgroundColor');
      assert.ok(contrast(paper, await styleOf(page.locator('body'), 'color')) >= 7);
      assert.equal(luminance(paper) > 0.5, scheme === 'light');
      await checkCharts(page, paper);
      assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations.map((rule) => `${rule.id}: ${rule.nodes[0].html}`), []);
      assert.deepEqual(complaints, []);
      assert.deepEqual(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:')), []);
      await page.close();
    });
  }

  test(`${drill} is told by shapes and words, not by colour alone`, async () => {
    const { page } = await read(drill, { colorScheme: 'light', forcedColors: 'active' });
    const text = await page.locator('body').innerText();
    assert.match(text, /Hollow, or with a ring: a rule struck/);
    // Each judged row has its mark and its word; and what failed says what was wanted instead.
    const rows = await page.locator('tr', { has: page.locator('td', { hasText: /^[\u2713\u2717]/ }) }).allInnerTexts();
    assert.ok(rows.length >= 4, rows.join('\n'));
    for (const row of rows) assert.match(row, /\u2713 pass|\u2717 fail/);
    assert.ok(rows.some((row) => row.includes('\u2717 fail')), rows.join('\n'));
    const struck = await page.locator('svg').first().locator('g[fill=none]').count();
    const rules = await page.locator('h2', { hasText: 'Rules' }).count(); // a drill may have none: its functions are slow themselves
    assert.equal(struck > 0, rules > 0, 'a struck call is drawn hollow or with a ring');
    await page.close();
  });
}

test('what is struck is named in the table of calls, and the assertion that failed says why', async () => {
  const { page } = await read('throttle-storm', { colorScheme: 'light' });
  assert.ok((await page.locator('svg').first().locator('g[fill=none]').count()) >= 6);
  assert.ok((await page.locator('td', { hasText: 'ResourceThrottled' }).count()) >= 6);
  assert.match(await page.locator('text=wanted at least 150').first().innerText(), /gap in ms/);
  await page.close();
});
