// The page at /_fcemu/ui/ as a person reads and uses it, against real daemons and calls.
'use strict';

const { test, after } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { AxeBuilder } = require('./axe');
const { CODE, RULES, SHOTS, client, close, daemon, open, pack, run, until } = require('./page');

after(() => console.log(`screenshots: ${SHOTS}`));

test('an empty daemon shows lines to paste with its own address, and turns into the list at the first call', async () => {
  const one = await daemon();
  const page = await open(one);
  await page.getByRole('heading', { name: 'No call has come yet' }).waitFor();
  for (const language of ['curl', 'Node.js', 'Python', 'Go', 'Java', 'PHP']) {
    await page.getByRole('tab', { name: language, exact: true }).click();
    assert.ok((await page.getByLabel('Lines to paste').innerText()).includes(one.at), language);
  }
  await page.getByRole('tab', { name: 'curl', exact: true }).click();
  const shell = await page.getByLabel('Lines to paste').innerText();
  assert.match(await run('sh', ['-c', shell]), /"serviceName":"demo"/);
  await page.getByRole('link', { name: 'CreateService' }).waitFor();
  await close(page);
});

test('from a fresh start to my retry chain and why it failed takes at most three clicks', async () => {
  const one = await daemon({ rules: RULES });
  const page = await open(one, '', { timezoneId: 'Asia/Tokyo' });
  await page.getByRole('heading', { name: 'No call has come yet' }).waitFor();
  let clicks = 0;
  const click = (what) => { clicks++; return what.click(); };
  await client(one, 3);
  const row = page.getByRole('row', { name: /ResourceThrottled.*InvokeFunction.*3 attempts/ });
  await row.waitFor();
  await page.getByRole('img', { name: /Gaps between attempts: [\d.]+ (µs|ms|s), [\d.]+ (µs|ms|s)/ }).waitFor();
  const newest = (await one.control('GET', '/requests?rule=throttle&limit=1')).requests[0];
  const cells = await row.getByRole('cell').allInnerTexts();
  assert.deepEqual(cells.slice(1, 5), ['✗ 503 ResourceThrottled', 'InvokeFunction', 'shop/pay', 'cn-shanghai']);
  assert.match(cells[5], /^[\d.]+ (µs|ms|s)$/);
  assert.deepEqual([cells[6], cells[7].trim()], ['⚡ 3 × throttle', '3 attempts']);
  assert.equal(cells[0], new Date(Date.parse(newest.time) + 9 * 3600000).toISOString().slice(11, 23)); // in the reader's zone
  assert.ok((await row.locator('time').getAttribute('title')).includes(newest.time));
  await click(row);
  await page.getByText('Rule throttle struck this call.').waitFor();
  await page.getByRole('cell', { name: 'fired', exact: true }).waitFor();
  await click(page.getByRole('tab', { name: 'Retries' }));
  const rows = page.locator('.panel table tbody tr');
  await rows.nth(2).waitFor();
  assert.equal(await rows.count(), 3);
  for (const text of await rows.allInnerTexts()) assert.match(text, /503 ResourceThrottled\s+throttle/);
  assert.ok(clicks <= 3);
  await close(page);
});

test('the filter narrows the list, stands in the address, survives a reload, and says what it does not know', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 2);
  const page = await open(one);
  await page.getByRole('link', { name: 'CreateService' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('status=5xx');
  await page.getByText('2 calls shown, 2 struck').waitFor();
  assert.match(page.url(), /filter=status%3D5xx/);
  await page.reload();
  await page.getByText('2 calls shown, 2 struck').waitFor();
  await one.call('POST', '/services/shop/functions/pay/invocations', '{"n":2}');
  await page.getByText('3 calls shown, 3 struck').waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('link', { name: 'CreateService' }).waitFor();
  await page.locator('#filter').fill('staus=5xx');
  await page.getByRole('alert').filter({ hasText: 'staus' }).waitFor();
  await close(page, /400/);
});

test('a call shows request and answer in three forms, and can be copied and sent again', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 1);
  const page = await open(one, '#/calls?filter=function%3Dpay+operation%3DInvokeFunction');
  await page.getByRole('link', { name: 'InvokeFunction' }).first().click();
  await page.getByRole('tab', { name: 'Request' }).click();
  assert.match(await page.getByLabel('Request body').innerText(), /"n": 1/);
  await page.getByRole('button', { name: 'Hex' }).click();
  assert.match(await page.getByLabel('Request body').innerText(), /000000 {2}7b 22 6e 22/);
  await page.getByRole('tab', { name: 'Answer' }).click();
  await page.getByRole('button', { name: 'Raw' }).click();
  assert.match(await page.getByLabel('Answer body').innerText(), /^{"ErrorCode":"ResourceThrottled"/);
  await page.getByRole('tab', { name: 'Do it again' }).click();
  for (const [form, said] of [['curl', /^curl -i -X POST/], ['node', /invokeFunction\("shop", "pay"/], ['python', /invoke_function\("shop", "pay"/], ['go', /NewInvokeFunctionInput\("shop", "pay"\)/], ['rule', /error: ResourceThrottled/], ['verify', /retries:/]]) {
    await page.getByLabel('As', { exact: true }).selectOption(form);
    assert.match(await page.getByLabel('To paste').innerText(), said);
  }
  await page.getByLabel('As', { exact: true }).selectOption('curl');
  assert.match(await run('sh', ['-c', await page.getByLabel('To paste').textContent()]), /^HTTP\/1.1 503 [^]*ResourceThrottled/);
  await page.getByRole('button', { name: 'Send it again' }).click();
  await page.getByText('Answered 503').waitFor();
  const { requests } = await one.control('GET', '/requests?operation=InvokeFunction');
  assert.deepEqual(requests.map(({ request_bytes: bytes, path: at }) => [bytes, at]), Array(3).fill([7, requests[0].path]));
  await close(page);
});

test('the rule that the page writes from a call loads', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 1);
  const page = await open(one, '#/calls?filter=operation%3DInvokeFunction');
  await page.getByRole('link', { name: 'InvokeFunction' }).first().click();
  await page.getByRole('tab', { name: 'Do it again' }).click();
  await page.getByLabel('As', { exact: true }).selectOption('rule');
  const answer = await fetch(`${one.at}/_fcemu/faults/check`, { method: 'POST', headers: { 'Content-Type': 'application/yaml' }, body: await page.getByLabel('To paste').textContent() });
  assert.equal(answer.status, 200, await answer.text());
  await close(page);
});

test('rules are switched, stopped all together and brought back', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 1);
  const page = await open(one, '#/faults');
  const toggle = page.getByRole('switch', { name: 'Rule throttle' });
  await toggle.waitFor();
  await page.getByRole('img', { name: '1 of 1 calls struck' }).waitFor();
  await toggle.click();
  await page.getByRole('switch', { name: 'Rule throttle', checked: false }).waitFor();
  assert.equal((await one.call('POST', '/services/shop/functions/pay/invocations', '{}')).status, 200);
  await toggle.click();
  await page.getByRole('switch', { name: 'Rule throttle', checked: true }).waitFor();
  await page.getByRole('button', { name: 'Stop all faults' }).click();
  await page.getByRole('button', { name: /bring them back/ }).waitFor();
  assert.equal((await one.control('GET', '/faults')).stopped, true);
  await page.getByRole('button', { name: /bring them back/ }).click();
  await page.getByRole('button', { name: 'Stop all faults' }).waitFor();
  assert.equal((await one.control('GET', '/faults')).stopped, false);
  await close(page);
});

test('the editor completes, marks a mistake at its place, tells what a rule would have done, and puts it in force', async () => {
  const one = await daemon();
  await client(one, 4);
  const page = await open(one, '#/faults');
  await page.getByRole('button', { name: 'New rule' }).click();
  const text = page.getByLabel('Rules as YAML');
  await text.fill('version: 1\nrules:\n  - id: x\n    match: {operaton: InvokeFunction}\n    do: {error: ResourceExhausted}\n');
  await page.getByRole('alert').filter({ hasText: "unknown key 'operaton'" }).waitFor();
  assert.match(await page.locator('.mistakes').innerText(), /4:13[^]*did you mean 'operation'/);
  assert.equal((await page.locator('.gutter .bad').innerText()).trim(), '✗4');
  assert.ok(await page.getByRole('button', { name: 'Put it in force' }).isDisabled());
  await text.fill('version: 1\nrules:\n  - id: x\n    match: {operation: InvokeFunction}\n    ');
  await page.keyboard.press('Control+End');
  await page.keyboard.type('d');
  await page.getByRole('button', { name: 'do:', exact: true }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type('{err');
  await page.keyboard.press('Tab');
  await page.keyboard.type('ResourceExhausted}');
  assert.match(await text.inputValue(), /do: \{error: ResourceExhausted\}$/);
  await page.getByText('Would have struck 4 of the last 6 calls.').waitFor();
  await page.getByRole('button', { name: 'Put it in force' }).click();
  await page.getByRole('link', { name: 'x', exact: true }).click();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('link', { name: 'x', exact: true }).waitFor({ state: 'detached' });
  await close(page, /422/);
});

test('functions of all regions are listed, invoked, and take new code', async () => {
  const one = await daemon();
  await client(one, 0);
  const elsewhere = { functionName: 'new', runtime: 'python3.10', handler: 'index.handler', code: { zipFile: pack(CODE) } };
  assert.equal((await fetch(`${one.at}/@ap-southeast-1/77/2023-03-30/functions`, { method: 'POST', body: JSON.stringify(elsewhere) })).status, 200);
  const page = await open(one, '#/functions');
  for (const [title, name] of [['cn-shanghai · 16530750', 'shop/pay'], ['ap-southeast-1 · 77', 'new']]) {
    await page.locator('section', { has: page.getByRole('heading', { name: title }) }).getByRole('link', { name, exact: true }).waitFor();
  }
  await page.getByRole('link', { name: 'shop/pay' }).click();
  await page.getByLabel('Event', { exact: true }).fill('hello');
  await page.getByRole('button', { name: 'Invoke', exact: true }).click();
  await page.getByLabel('Answer', { exact: true }).waitFor();
  assert.equal(await page.getByLabel('Answer', { exact: true }).innerText(), 'hello');
  assert.match(await page.getByLabel('Log', { exact: true }).innerText(), /seen b'hello'/);
  await page.getByRole('tab', { name: 'Code' }).click();
  const bytes = require('./zip').of('index.py', 'def handler(event, context):\n    return "second"\n');
  await page.getByLabel('A zip').setInputFiles({ name: 'code.zip', mimeType: 'application/zip', buffer: bytes });
  await page.getByText('code.zip is deployed.').waitFor();
  await page.getByRole('tab', { name: 'Invoke' }).click();
  await page.getByRole('button', { name: 'Invoke', exact: true }).click();
  await page.getByText('second').waitFor();
  await page.getByRole('tab', { name: 'Logs' }).click();
  await page.getByLabel('Logs', { exact: true }).getByText("seen b'hello'").waitFor();
  await close(page);
});

test('a trigger fires from the page, with the payload of its type, and what the function prints appears', async () => {
  const one = await daemon();
  await client(one, 0);
  const trigger = { triggerName: 'tick', triggerType: 'timer', triggerConfig: { cronExpression: '@every 24h', enable: true, payload: 'hello' } };
  assert.equal((await one.call('POST', '/services/shop/functions/pay/triggers', trigger)).status, 200);
  const page = await open(one, '#/functions/cn-shanghai/16530750/shop/pay');
  await page.getByRole('tab', { name: 'Triggers (1)' }).click();
  await page.getByRole('button', { name: 'Fire now' }).click();
  await page.getByText('Fired:').waitFor();
  await page.getByRole('tab', { name: 'Logs' }).click();
  await page.getByLabel('Logs', { exact: true }).getByText(/triggerName/).waitFor();
  await page.getByRole('tab', { name: 'Invoke' }).click();
  await page.getByRole('button', { name: 'oss', exact: true }).click();
  await page.waitForFunction(() => /ObjectCreated/.test(document.querySelector('textarea').value));
  await close(page);
});

test('the clock is moved and the journal forgotten', async () => {
  const one = await daemon();
  await client(one, 1);
  const page = await open(one, '#/state');
  await page.getByRole('button', { name: '+1h' }).click();
  await page.getByText('moved').waitFor();
  const clock = await one.control('GET', '/clock');
  assert.ok(Date.parse(clock.now) - Date.parse(clock.real) > 3590000);
  await page.getByRole('button', { name: 'Freeze' }).click();
  await page.getByText('frozen').waitFor();
  await page.getByRole('button', { name: 'Let it run' }).click();
  await page.getByRole('button', { name: 'Real time again' }).click();
  await page.getByText('as the real one').waitFor();
  assert.equal((await one.control('GET', '/clock')).is_real, true);
  await page.getByRole('button', { name: 'Forget calls and counters' }).click();
  await page.getByText('Done.').waitFor();
  assert.equal((await one.control('GET', '/requests')).requests.length, 0);
  await page.getByLabel('Folder on the machine').fill(path.join(one.folder, 'saved'));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  assert.ok(fs.existsSync(path.join(one.folder, 'saved', 'resources.json')));
  await close(page);
});

test('where a token is needed it is asked for once and stays in the tab', async () => {
  const one = await daemon({ config: "token: open-sesame\nlisten: ['0.0.0.0:0']\n" });
  const page = await open(one);
  const field = page.getByLabel('This daemon asks for its token');
  await field.fill('open-sesame');
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByRole('heading', { name: 'No call has come yet' }).waitFor();
  assert.deepEqual(await page.evaluate(() => [sessionStorage.getItem('fcemu-token'), document.cookie, location.href.includes('sesame'), Object.keys(localStorage).length]), ['open-sesame', '', false, 0]);
  await page.reload();
  await page.getByRole('heading', { name: 'No call has come yet' }).waitFor();
  assert.equal(await field.count(), 0);
  await close(page, /401/);
});

test('a daemon that goes and comes again is told, and the list goes on', async () => {
  const one = await daemon();
  await client(one, 1);
  const page = await open(one);
  await page.getByRole('link', { name: 'InvokeFunction' }).waitFor();
  await one.stop('SIGKILL');
  await page.getByText('The daemon does not answer').waitFor();
  const again = await daemon({ port: one.port });
  await page.getByText('The daemon does not answer').waitFor({ state: 'detached' });
  await again.call('POST', '/services', { serviceName: 'second' });
  await page.getByRole('link', { name: 'CreateService' }).waitFor();
  await close(page, /ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/);
});

test('hostile text is text', async () => {
  const one = await daemon();
  const evil = '<img src=x onerror="document.title=\'ran\'"><script>document.title="ran"</script>\u202e';
  await one.call('POST', '/services', { serviceName: 'shop', description: evil });
  await one.call('POST', `/services/${encodeURIComponent(evil)}/functions/${'a'.repeat(3000)}/invocations`, evil.repeat(200), { 'X-Fc-Evil': '<b>bold</b>', 'User-Agent': evil.replace('\u202e', '') });
  const page = await open(one);
  await page.getByRole('row').nth(1).click();
  for (const tab of ['Request', 'Answer', 'Do it again', 'Why']) {
    await page.getByRole('tab', { name: tab }).click();
    assert.equal(await page.locator('main img, main script, main b:has-text("bold")').count(), 0);
  }
  assert.match(await page.title(), /^Calls/);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await close(page);
});

test('the language is switched, and stays', async () => {
  const one = await daemon();
  const page = await open(one, '#/state');
  await page.getByLabel('Language').selectOption('zh');
  await page.getByRole('heading', { name: '虚拟时钟' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: '虚拟时钟' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh');
  await page.getByLabel('语言').selectOption('en');
  await page.getByRole('heading', { name: 'Virtual clock' }).waitFor();
  await close(page);
});

test('the keyboard leads everywhere', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 1);
  const page = await open(one);
  await page.getByRole('link', { name: 'InvokeFunction' }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('dialog');
  await panel.waitFor();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  for (const [key, heading] of [['2', 'Faults'], ['3', 'Functions'], ['4', 'Drills'], ['5', 'State']]) {
    await page.keyboard.press(key);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  }
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await page.goBack();
  await page.getByRole('heading', { name: 'Drills', level: 1 }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Drills', level: 1 }).waitFor();
  await page.keyboard.press('1');
  await page.getByRole('link', { name: 'InvokeFunction' }).waitFor();
  for (let i = 0; i < 40; i++) { // Tab leads through all there is, and shows where it is
    await page.keyboard.press('Tab');
    const shown = await page.evaluate(() => { const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement); return document.activeElement === document.body || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2); });
    assert.ok(shown, await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200)));
  }
  await close(page);
});

test('a flood of calls neither loses the place nor holds the page', async () => {
  const one = await daemon();
  await one.call('POST', '/services', { serviceName: 'shop' });
  const page = await open(one);
  await page.getByRole('link', { name: 'CreateService' }).waitFor();
  const burst = async (n) => { for (let i = 0; i < n; i += 50) await Promise.all(Array.from({ length: 50 }, () => one.call('GET', '/services/shop'))); };
  await burst(1000);
  await page.getByText('1001 calls shown').waitFor();
  await page.getByLabel('Fold retries').uncheck();
  assert.ok(await page.locator('.list tbody tr').count() < 120);
  await page.locator('.list').evaluate((box) => { box.scrollTop = 3000; });
  await page.getByRole('button', { name: 'To the newest' }).waitFor();
  const seen = () => page.locator('.list').evaluate((box) => [...box.querySelectorAll('tbody tr:not(.spacer)')].find((row) => row.getBoundingClientRect().top > box.getBoundingClientRect().top + 40).querySelector('a').href);
  const place = await seen();
  await burst(500);
  await page.getByText('1501 calls shown').waitFor();
  await until(async () => (await seen()) === place);
  await close(page);
});

for (const scheme of ['light', 'dark']) {
  for (const language of ['en', 'zh']) {
    test(`each view is accessible in ${scheme}, ${language}`, async () => {
      const one = await daemon({ rules: RULES });
      await client(one, 3);
      const id = (await one.control('GET', '/requests?rule=throttle&limit=1')).requests[0].request_id;
      const page = await open(one, '', { colorScheme: scheme, locale: language === 'zh' ? 'zh-CN' : 'en-US' });
      for (const [name, where] of [['calls', '#/calls'], ['call', `#/calls/${id}`], ['retries', `#/calls/${id}/retries`], ['faults', '#/faults/throttle'], ['functions', '#/functions/cn-shanghai/16530750/shop/pay'], ['queue', '#/functions/cn-shanghai/16530750/shop/pay/instances'], ['drills', '#/drills'], ['reactions', '#/drills/reactions'], ['coverage', '#/drills/coverage'], ['editor', '#/faults?edit=new'], ['state', '#/state']]) {
        await page.goto(`${one.at}/_fcemu/ui/${where}`);
        await page.locator('main h1').first().waitFor({ state: 'attached' });
        if (/call|retries|faults|functions/.test(name) && name !== 'calls') await page.locator('.panel h2').waitFor();
        await page.screenshot({ path: path.join(SHOTS, `${name}-${scheme}-${language}.png`) });
        if (scheme === 'dark' && language === 'zh') continue; // both themes and both languages were looked at
        const { violations } = await new AxeBuilder({ page }).analyze();
        assert.deepEqual(violations.map((one_) => `${name}: ${one_.id}: ${one_.nodes.map((node) => node.html).join(' ').slice(0, 400)}`), []);
      }
      assert.equal(await page.evaluate(() => document.documentElement.lang), language);
      await close(page);
    });
  }
}

/** In the page: what is cut, wider than the window, or broken within a word that a person reads at a glance. */
function unreadable() {
  const bad = [];
  if (document.documentElement.scrollWidth > innerWidth) bad.push(`the page is ${document.documentElement.scrollWidth} wide`);
  const seen = (node) => node.getClientRects().length > 0;
  for (const node of document.querySelectorAll('.bar a, .bar button, main button:not(.newest), main h1, main h2, main time, main th, .list tbody td:first-child')) {
    if (!seen(node) || node.closest('.unseen, .scrolls, .map')) continue;
    const box = node.getBoundingClientRect();
    if (box.right > innerWidth + 1 || box.left < -1) bad.push(`${node.tagName} '${node.textContent}' ends at ${box.right}`);
  }
  for (const node of document.querySelectorAll('main time, main button')) if (seen(node) && !node.closest('.unseen') && node.getClientRects().length > 1) bad.push(`'${node.textContent}' is broken`);
  return bad;
}

for (const [width, height, scale, name] of [[360, 700, 1, '360 pixels'], [640, 400, 2, '200 %']]) {
  test(`it reads at ${name}`, async () => {
    const one = await daemon({ rules: RULES });
    await client(one, 3);
    const id = (await one.control('GET', '/requests?rule=throttle&limit=1')).requests[0].request_id;
    const page = await open(one, '', { viewport: { width, height }, deviceScaleFactor: scale });
    const places = ['calls', `calls/${id}`, `calls/${id}/retries`, 'faults', 'faults/throttle', 'faults?edit=new', 'functions', 'functions/cn-shanghai/16530750/shop/pay', 'functions/cn-shanghai/16530750/shop/pay/code', 'drills', 'drills/reactions', 'state'];
    for (const where of places) {
      await page.goto(`${one.at}/_fcemu/ui/#/${where}`);
      await page.locator('main h1, main h2').first().waitFor({ state: 'attached' });
      await page.screenshot({ path: path.join(SHOTS, `${where.replace(id, 'id').replace(/\W+/g, '-')}-${width}.png`) });
      assert.deepEqual(await page.evaluate(unreadable), [], where);
    }
    await page.goto(`${one.at}/_fcemu/ui/#/calls`);
    await page.getByRole('row', { name: /ResourceThrottled.*InvokeFunction/ }).waitFor(); // what matters is there, too
    await close(page);
  });
}
