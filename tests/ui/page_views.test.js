// What each view of the page lets a person see and do, beyond the first steps (page.test.js).
'use strict';

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { CODE, RULES, client, close, daemon, open, pack, until } = require('./page');

const HOLDS = 'import time\ndef handler(event, context):\n    time.sleep(250 if event == b"hold" else 0)\n    print("seen", event)\n    return event[::-1]\n';
/* Run in their kits by tests/kits/run copied-LANGUAGE. */
const COPIED = path.join(__dirname, '..', 'kits', 'copied');
const FUNCTION = '#/functions/cn-shanghai/16530750/shop/pay';

test('the filter offers keys, values and what was asked before', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 1);
  const page = await open(one);
  await page.getByRole('link', { name: 'InvokeFunction' }).waitFor();
  const filter = page.getByRole('combobox', { name: 'Filter' });
  await filter.fill('oper');
  await page.getByRole('option', { name: 'operation=', exact: true }).waitFor();
  await filter.fill('operation=Inv');
  await page.getByRole('option', { name: 'operation=InvokeFunction' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await filter.inputValue(), 'operation=InvokeFunction');
  await page.getByText('1 calls shown').waitFor();
  await page.keyboard.press('Escape');
  await filter.fill('operation=InvokeFunction');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Clear' }).click();
  await filter.click();
  await page.getByRole('option', { name: 'operation=InvokeFunction' }).first().click();
  assert.match(page.url(), /filter=operation%3DInvokeFunction/);
  await close(page);
});

test('what was sent stands beside what the operation would have said, with the time that a rule held the call', async () => {
  const one = await daemon({ rules: 'version: 1\nrules:\n  - {id: slow, match: {function: pay}, do: {delay: 300ms, error: InternalServerError, effect: done}}\n  - {id: other, match: {function: stock}, do: {error: ResourceThrottled}}\n' });
  await client(one, 1);
  const page = await open(one, '#/calls?filter=function%3Dpay+operation%3DInvokeFunction');
  await page.getByRole('link', { name: 'InvokeFunction' }).first().click();
  await page.getByText(/in all, 30\d ms of it held by rules|in all, 3\d\d ms of it held by rules/).waitFor();
  await page.getByRole('row', { name: /^slow fired / }).waitFor();
  await page.getByRole('row', { name: /^other match no match: function does not hold for 'pay'$/ }).waitFor();
  await page.getByRole('tab', { name: 'Answer' }).click();
  await page.getByRole('heading', { name: 'What was sent' }).waitFor();
  const [sent, own] = await page.locator('.beside > div').allInnerTexts();
  assert.match(sent, /500 InternalServerError/);
  assert.match(own, /What the operation would have said[^]*200/);
  assert.match(await page.getByLabel('What the operation would have said', { exact: true }).innerText(), /"n": 1/);
  await close(page);
});

test('a signature that does not match shows both strings and their first different byte', async () => {
  const crypto = require('node:crypto');
  const one = await daemon({ config: 'auth: {keys: [{id: LTAI-one, secret: first-secret}]}\n' });
  const date = new Date().toUTCString();
  const signed = `GET\n\n\n${date}\n/services`;
  const Authorization = `FC LTAI-one:${crypto.createHmac('sha256', 'first-secret').update(signed).digest('base64')}`;
  const answer = await new Promise((done) => {
    require('node:http').get({ host: '127.0.0.1', port: one.port, path: '/2016-08-15/services', headers: { Host: '16530750.cn-shanghai.fc.aliyuncs.com', Date: date, Authorization } }, done);
  });
  assert.equal(answer.resume().statusCode, 403);
  const page = await open(one);
  await page.getByRole('row', { name: /SignatureNotMatch/ }).click();
  await page.getByText('The signature does not match').waitFor();
  await page.getByRole('tab', { name: 'Signature' }).click();
  const at = signed.lastIndexOf('/') + 1;
  await page.getByText(`They differ from byte ${at + 1} on.`).waitFor();
  assert.match(await page.locator('pre[aria-label="Expected here"]').innerText(), /\/2016-08-15\/services$/);
  assert.match(await page.locator('pre[aria-label="Signed by the client"]').innerText(), /\/services$/);
  assert.deepEqual(await page.locator('mark').allInnerTexts(), ['2', 's']);
  await close(page);
});

test('a call shows what its function printed, and bytes that are no text as they were', async () => {
  const one = await daemon();
  await client(one, 0);
  await one.call('POST', '/services/shop/functions/pay/invocations', Buffer.from([0xff, 0, 0xfe]));
  const page = await open(one, '#/calls?filter=function%3Dpay+operation%3DInvokeFunction');
  await page.getByRole('link', { name: 'InvokeFunction' }).first().click();
  await page.getByRole('tab', { name: 'Logs' }).click();
  await page.getByLabel('Logs', { exact: true }).getByText("seen b'\\xff\\x00\\xfe'").waitFor();
  await page.getByRole('tab', { name: 'Request' }).click();
  assert.match(await page.getByLabel('Request body').innerText(), /000000 {2}ff 00 fe/);
  await close(page);
});

test('a call is copied as a test of each kit', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 1);
  const page = await open(one, '#/calls?filter=operation%3DInvokeFunction');
  await page.getByRole('link', { name: 'InvokeFunction' }).first().click();
  await page.getByRole('tab', { name: 'Do it again' }).click();
  for (const [form, file] of [['pytest', 'python/test_pay.py'], ['nodetest', 'node/pay.test.js'], ['gotest', 'go/pay_test.go'], ['junit', 'java/src/test/java/PayTest.java']]) {
    await page.getByLabel('As', { exact: true }).selectOption(form);
    assert.equal(await page.getByLabel('To paste').textContent(), fs.readFileSync(path.join(COPIED, file), 'utf8'), form);
  }
  await close(page);
});

test('a profile is one click, beside the rules that were added before', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 1);
  const page = await open(one, '#/faults');
  for (const name of ['Throttle 30 % of invocations', 'Slow region: cn-shanghai', 'Flaky network']) await page.getByRole('button', { name }).click();
  for (const id of ['throttling', 'slow-cn-shanghai', 'flaky']) await page.getByRole('link', { name: id, exact: true }).waitFor();
  await page.getByRole('button', { name: 'Flaky network' }).click();
  const { rules } = await one.control('GET', '/faults');
  assert.deepEqual(rules.map(({ id }) => id).sort(), ['flaky', 'slow-cn-shanghai', 'throttle', 'throttling']);
  await page.getByRole('button', { name: 'Drop what was added' }).click();
  await page.getByRole('link', { name: 'flaky', exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('img', { name: /\d+ fires at \d+ calls in the last minute/ }).waitFor();
  await page.getByRole('link', { name: 'throttle', exact: true }).click();
  await page.getByRole('link', { name: 'Edit a copy' }).click();
  await page.waitForFunction(() => /id: throttle/.test(document.querySelector('textarea').value));
  await page.goBack();
  await page.getByRole('heading', { name: 'Rule throttle' }).waitFor();
  await close(page);
});

test('groups have a switch', async () => {
  const one = await daemon({ rules: 'version: 1\ngroups: {storm: {enabled: false}}\nrules:\n  - {id: x, group: storm, match: {function: pay}, do: {error: ResourceThrottled}}\n' });
  const page = await open(one, '#/faults');
  await page.getByRole('switch', { name: 'Group storm', checked: false }).click();
  await page.getByRole('switch', { name: 'Group storm', checked: true }).waitFor();
  assert.equal((await one.control('GET', '/faults/groups/storm')).enabled, true);
  await close(page);
});

test('instances are shown as they are, and tasks are stopped and run again', async () => {
  const one = await daemon();
  await client(one, 0, HOLDS);
  assert.equal((await one.call('PUT', '/services/shop/functions/pay/async-invoke-config', { statefulInvocation: true })).status, 200);
  const page = await open(one, `${FUNCTION}/instances`);
  await page.getByText('No instance runs now.').waitFor();
  await page.getByRole('tab', { name: 'Invoke' }).click();
  await page.getByLabel('Event', { exact: true }).fill('hold');
  await page.getByLabel('asynchronously').check();
  await page.getByRole('button', { name: 'Invoke', exact: true }).click();
  await page.getByRole('tab', { name: 'Instances' }).click();
  await page.getByRole('cell', { name: 'busy', exact: true }).waitFor();
  await page.getByRole('tab', { name: 'Queue' }).click();
  await page.getByRole('cell', { name: 'Running', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByRole('cell', { name: 'Stopped', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Run again' }).click();
  await page.getByText('Runs as').waitFor();
  await page.getByRole('cell', { name: 'Running', exact: true }).waitFor();
  assert.match(page.url(), /shop\/pay\/queue$/);
  await page.reload();
  await page.getByRole('cell', { name: 'Stopped', exact: true }).waitFor();
  await close(page);
});

test('versions and aliases are shown, and events are kept by name', async () => {
  const one = await daemon();
  await client(one, 0);
  await one.call('POST', '/services/shop/versions', { description: 'the first' });
  await one.call('PUT', '/services/shop/functions/pay', { description: 'changed' });
  await one.call('POST', '/services/shop/versions', { description: 'the second' });
  assert.equal((await one.call('POST', '/services/shop/aliases', { aliasName: 'prod', versionId: '1', additionalVersionWeight: { 2: 0.25 } })).status, 200);
  const page = await open(one, `${FUNCTION}/versions`);
  await page.getByRole('row', { name: /1\s+the first/ }).waitFor();
  await page.getByRole('row', { name: /prod\s+1\s+2: 25 %/ }).waitFor();
  await page.getByRole('tab', { name: 'Invoke' }).click();
  await page.getByLabel('Event', { exact: true }).fill('{"kept": true}');
  await page.getByLabel('Name of the event').fill('mine');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.reload();
  await page.getByRole('button', { name: 'mine', exact: true }).click();
  assert.equal(await page.getByLabel('Event', { exact: true }).inputValue(), '{"kept": true}');
  await page.getByRole('button', { name: 'Forget mine' }).click();
  await page.getByRole('button', { name: 'mine', exact: true }).waitFor({ state: 'detached' });
  await close(page);
});

/** In the page: a folder falls on the field, as the browser tells of it (a script can make no such event with real entries). */
function drop(files) {
  const fileEntry = (name, text) => ({ isFile: true, name, file: (done) => done(new File([text], name)) });
  const folder = (name, inside) => ({
    isFile: false,
    name,
    createReader: () => { const parts = [inside, []]; return { readEntries: (done) => done(parts.shift()) }; },
  });
  const lib = folder('lib', [fileEntry('more.py', files['lib/more.py'])]);
  const event = new Event('drop', { bubbles: true, cancelable: true });
  Object.defineProperty(event, 'dataTransfer', { value: { items: [{ webkitGetAsEntry: () => folder('project', [fileEntry('index.py', files['index.py']), lib]) }], files: [] } });
  document.querySelector('.drop').dispatchEvent(event);
}

test('a folder is deployed, chosen or dropped', async () => {
  const one = await daemon();
  await client(one, 0);
  const folder = path.join(one.folder, 'code');
  fs.mkdirSync(path.join(folder, 'lib'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'index.py'), 'from lib import said\ndef handler(event, context):\n    return said.WORD\n');
  fs.writeFileSync(path.join(folder, 'lib', '__init__.py'), '');
  fs.writeFileSync(path.join(folder, 'lib', 'said.py'), 'WORD = "from a folder"\n');
  const page = await open(one, `${FUNCTION}/code`);
  await page.getByLabel('A folder').setInputFiles(folder);
  await page.getByText('code is deployed.').waitFor();
  assert.equal(await (await one.call('POST', '/services/shop/functions/pay/invocations', '')).text(), 'from a folder');
  await page.evaluate(drop, { 'index.py': 'def handler(event, context):\n    return "dropped"\n', 'lib/more.py': '' });
  await page.getByText('project is deployed.').waitFor();
  assert.equal(await (await one.call('POST', '/services/shop/functions/pay/invocations', '')).text(), 'dropped');
  await close(page);
});

test('a drill is followed while it runs, and its report shows the evidence and what differs from another', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 0);
  const page = await open(one, '#/drills');
  for (const run of [1, 2]) {
    await page.getByRole('button', { name: 'Run three-throttles' }).click();
    await page.getByRole('heading', { name: `Run ${run}` }).waitFor();
    await page.locator('.panel').getByText('step 1 of 2').waitFor();
    if (run === 2) {
      await one.call('GET', '/services/shop');
      await page.getByRole('img', { name: /1 calls over .*, 0 struck/ }).waitFor();
    }
    await one.call('POST', '/services/shop/functions/pay/invocations', '{"n":1}');
    await page.locator('.panel').getByText('✓ pass').first().waitFor();
    await page.getByRole('img', { name: run === 1 ? /1 calls over .*, 1 struck/ : /2 calls over .*, 1 struck/ }).waitFor();
    assert.match(page.url(), new RegExp(`drills/${run}$`));
  }
  await page.getByText('enable throttle').waitFor();
  await page.getByLabel('From run').selectOption('1');
  await page.getByLabel('What differs').getByText(/^calls: 1 .* 2/).waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'markdown' }).click()]);
  assert.equal(download.suggestedFilename(), 'run-2.md');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('link', { name: '1', exact: true }).click();
  await page.getByRole('heading', { name: 'Run 1' }).waitFor();
  await close(page);
});

test('a drill that runs is stopped from the page', async () => {
  const one = await daemon({ rules: RULES });
  const page = await open(one, '#/drills');
  await page.getByRole('button', { name: 'Run three-throttles' }).click();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.locator('.panel').getByText('■ interrupted').first().waitFor();
  await close(page);
});

test('the maps of reactions and of coverage lead to the calls', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 4);
  const page = await open(one, '#/drills/reactions');
  await page.getByRole('link', { name: /other at ResourceThrottled on InvokeFunction: 4 attempts, 1 of 1 came through/ }).click();
  await page.getByText('3 calls shown, 3 struck').waitFor();
  await page.goBack();
  await page.getByRole('tab', { name: 'Coverage' }).click();
  await page.getByText(/documented pairs of error and operation were met/).waitFor();
  await page.getByText('InvalidArgument × CreateService: never tried').waitFor({ state: 'attached' });
  await page.getByRole('link', { name: /ResourceThrottled × InvokeFunction: the client reacted/ }).click();
  await page.getByText('3 calls shown, 3 struck').waitFor();
  assert.match(page.url(), /code%3DResourceThrottled/);
  await close(page);
});

test('settings say where they came from, and hide what is secret', async () => {
  const one = await daemon({ config: 'auth: {keys: [{id: LTAI-one, secret: very-secret}]}\njournal: {bytes: 2MiB}\nseeds: []\n' });
  const page = await open(one, '#/state');
  await page.getByRole('row', { name: /journal\.bytes\s+2MiB\s+.*fcemu\.yaml:2:11/ }).waitFor();
  await page.getByRole('row', { name: /^listen.*--listen/ }).waitFor();
  assert.equal(await page.getByRole('row', { name: /journal\.bodies/ }).count(), 0);
  await page.getByLabel('Defaults, too').check();
  await page.getByRole('row', { name: /journal\.bodies\s+4KiB\s+default/ }).waitFor();
  await page.getByLabel('Search settings').fill('auth.keys');
  assert.match(await page.getByRole('row', { name: /auth\.keys/ }).innerText(), /LTAI-one.*\*\*\*/);
  assert.ok(!(await page.content()).includes('very-secret'));
  await close(page);
});

test('a snapshot is saved, compared and loaded, and seeds are sown again', async () => {
  const one = await daemon();
  const seed = path.join(one.folder, 'seed.yaml');
  fs.writeFileSync(seed, 'services:\n  - serviceName: seeded\n');
  await one.stop();
  const seeded = await daemon({ config: `seeds: ['${seed}']\n` });
  const page = await open(seeded, '#/state');
  await page.getByRole('listitem').filter({ hasText: 'seed.yaml' }).waitFor();
  await page.getByLabel('Folder on the machine').fill(path.join(seeded.folder, 'saved'));
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  await page.getByRole('button', { name: 'Compare with now' }).click();
  await page.getByText('Nothing differs.').waitFor();
  await seeded.call('POST', '/services', { serviceName: 'later' });
  await page.getByRole('button', { name: 'Compare with now' }).click();
  await page.getByLabel('From the snapshot to now').getByText('+ service 16530750/cn-shanghai/later').waitFor();
  await page.getByRole('button', { name: 'Load' }).click();
  await page.getByText('Loaded.').waitFor();
  assert.equal((await seeded.call('GET', '/services/later')).status, 404);
  await page.getByRole('button', { name: 'Resources as the seeds have them' }).click();
  await page.getByText('Done.').waitFor();
  const { resources } = await seeded.control('GET', '/resources?kind=service');
  assert.deepEqual(resources.map(({ name }) => name), ['seeded']);
  await close(page);
});

test('a new zip takes effect, and what is deployed elsewhere appears by itself', async () => {
  const one = await daemon();
  const page = await open(one, '#/functions');
  await page.getByText('No function is deployed.').waitFor();
  await client(one, 0);
  await page.getByRole('link', { name: 'shop/pay' }).click();
  await page.getByRole('tab', { name: 'Configured' }).click();
  await page.getByLabel('Configured', { exact: true }).getByText('index.handler').waitFor();
  await one.call('PUT', '/services/shop/functions/pay', { code: { zipFile: pack(CODE.replace('return event', 'return "new"')) } });
  await until(async () => (await (await one.call('POST', '/services/shop/functions/pay/invocations', '')).text()) === 'new');
  await close(page);
});
