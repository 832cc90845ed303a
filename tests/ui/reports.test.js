// The report of a drill as a person reads it: light and dark, without colour, without the network.
'use strict';

const { test, before, after } = require('node:test');
const assert = require('node:assert');
const { chromium } = require('playwright-core');

let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
});

after(() => browser.close());

async function read(colorScheme) {
  const page = await browser.newPage({ colorScheme });
  const complaints = [];
  const asked = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(process.env.FCEMU_REPORT);
  return { page, complaints, asked };
}

// Relative luminance of a computed colour, as WCAG 2 has it.
function luminance(text) {
  const [r, g, b] = text.match(/[0-9.]+/g).slice(0, 3).map((part) => part / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

for (const scheme of ['light', 'dark']) {
  test(`a report reads in ${scheme}`, async () => {
    const { page, complaints, asked } = await read(scheme);
    assert.match(await page.title(), /^Drill throttle-storm: fail$/);
    assert.match(await page.locator('h1').innerText(), /\u2717 fail/);
    const charts = page.locator('svg');
    assert.equal(await charts.count(), 2);
    for (let i = 0; i < 2; i++) {
      const box = await charts.nth(i).boundingBox();
      assert.ok(box.width > 300 && box.height > 60, JSON.stringify(box));
      assert.ok((await charts.nth(i).getAttribute('aria-label')).length > 10);
      assert.ok((await charts.nth(i).locator('xpath=following::table').count()) > 0);
    }
    assert.match(await page.locator('text=wanted at least 150').first().innerText(), /gap in ms/);
    const [paper, ink] = await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]);
    const [low, high] = [luminance(paper), luminance(ink)].sort((a, b) => a - b);
    assert.ok((high + 0.05) / (low + 0.05) >= 7, `${paper} ${ink}`);
    assert.equal(luminance(paper) > 0.5, scheme === 'light');
    assert.deepEqual(complaints, []);
    assert.deepEqual(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:')), []);
    await page.close();
  });
}

test('what is struck is told by its shape and by words, not by colour alone', async () => {
  const { page } = await read('light');
  assert.ok((await page.locator('svg').first().locator('g[fill=none]').count()) >= 6);
  assert.match(await page.locator('body').innerText(), /Hollow, or with a ring: a rule struck/);
  assert.ok((await page.locator('td', { hasText: 'ResourceThrottled' }).count()) >= 6);
  await page.close();
});
