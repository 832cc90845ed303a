// What the page is refused is said where the person looks: beside the control, in the words of the daemon.
'use strict';

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const zip = require('./zip');
const { CODE, RULES, WAIT_MS, client, close, daemon, open, pack } = require('./page');

const FUNCTION = '#/functions/cn-shanghai/16530750/shop/pay';
const TOO_LARGE = 65 << 20;

/** An alert beside a control: in the same paragraph, list item, cell or section. */
const alertBeside = (button, text) => button.locator('xpath=following-sibling::*[@role="alert"][1]').filter({ hasText: text });

/** A file of zeros that takes no room. */
function sparse(file, size) {
  fs.closeSync(fs.openSync(file, 'w'));
  fs.truncateSync(file, size);
  return file;
}

test('code that is no zip, is too large, or is refused by the API', async () => {
  const one = await daemon();
  await client(one, 0);
  const page = await open(one, `${FUNCTION}/code`);
  const said = (text) => page.locator('.panel').getByRole('alert').filter({ hasText: text }).waitFor();
  await page.getByLabel('A zip').setInputFiles({ name: 'code.zip', mimeType: 'application/zip', buffer: Buffer.from('this is no zip') });
  await said('code.zip is no zip');
  await page.getByLabel('A zip').setInputFiles(sparse(path.join(one.folder, 'large.zip'), TOO_LARGE));
  await said('larger than 64.0 MiB');
  const rule = 'id: refuse\nmatch: {operation: UpdateFunction}\ndo: {error: AccessDenied}\nlimit: {fires: 1}\n';
  assert.equal((await fetch(`${one.at}/_fcemu/faults/rules`, { method: 'POST', headers: { 'Content-Type': 'application/yaml' }, body: rule })).status, 201);
  const code = { name: 'code.zip', mimeType: 'application/zip', buffer: zip.of('index.py', CODE) };
  await page.getByLabel('A zip').setInputFiles(code);
  await said(/^403 AccessDenied: /);
  const folder = path.join(one.folder, 'large');
  fs.mkdirSync(folder);
  sparse(path.join(folder, 'a'), TOO_LARGE);
  await page.getByLabel('A zip').setInputFiles(code);
  await page.getByText('code.zip is deployed.').waitFor();
  assert.equal(await page.locator('.panel').getByRole('alert').count(), 0);
  await page.getByLabel('A folder').setInputFiles(folder);
  await said('larger than 64.0 MiB');
  assert.equal(await page.getByText('is deployed.').count(), 0);
  await close(page, /403/);
});

test('a snapshot, a clock, a replay and a drill that are refused', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 0);
  await one.call('POST', '/services/shop/functions/pay/invocations', 'y'.repeat(100000));
  const page = await open(one, '#/state');
  await page.getByLabel('Folder on the machine').fill('not/absolute');
  for (const [name, text] of [['Save', /absolute/], ['Load', /absolute/], ['Compare with now', /absolute/]]) {
    const button = page.getByRole('button', { name, exact: true });
    await button.click();
    await alertBeside(button, text).waitFor();
  }
  await page.getByLabel('Folder on the machine').fill(path.join(one.folder, 'nowhere'));
  await page.getByRole('button', { name: 'Load', exact: true }).click();
  await alertBeside(page.getByRole('button', { name: 'Load', exact: true }), /nowhere/).waitFor();
  await page.getByLabel('Advance by').fill('an hour');
  await page.getByRole('button', { name: 'Advance', exact: true }).click();
  await alertBeside(page.getByRole('button', { name: 'Advance', exact: true }), /an hour/).waitFor();
  await page.getByLabel('Advance by').fill('90m');
  await page.getByRole('button', { name: 'Advance', exact: true }).click();
  await page.getByText('moved').waitFor();
  assert.equal(await page.getByRole('alert').filter({ hasText: 'an hour' }).count(), 0);

  await page.goto(`${one.at}/_fcemu/ui/#/calls?filter=operation%3DInvokeFunction`);
  await page.getByRole('link', { name: 'InvokeFunction' }).first().click();
  await page.getByRole('tab', { name: 'Do it again' }).click();
  await page.getByRole('button', { name: 'Send it again' }).click();
  await alertBeside(page.getByRole('button', { name: 'Send it again' }), /not kept whole; raise journal\.bodies/).waitFor();

  await one.control('POST', '/drills/three-throttles/runs');
  await page.goto(`${one.at}/_fcemu/ui/#/drills`);
  const run = page.getByRole('button', { name: 'Run three-throttles' });
  await run.click();
  await alertBeside(run, /run/).waitFor();
  await close(page, /400|404|409|422|500/);
});

test('what an address names and is not there', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 1);
  const page = await open(one);
  for (const [where, text] of [['calls/nobody', /no request 'nobody'/], ['faults/nobody', /nobody/], ['faults?edit=of:nobody', null], ['functions/cn-shanghai/16530750/shop/nobody', /There is no such function/], ['drills/77', /not kept any more/]]) {
    await page.goto(`${one.at}/_fcemu/ui/#/${where}`);
    if (text) await page.getByRole('alert').filter({ hasText: text }).waitFor();
    else await page.waitForFunction(() => /id: throttling/.test(document.querySelector('textarea').value)); // a rule to begin with
  }
  await close(page, /404/);
});

test('a rule that is wrong, a switch of a rule that has gone, a profile whose name is taken by a file', async () => {
  const one = await daemon({ rules: `${RULES}`.replace('rules:\n', 'rules:\n  - {id: flaky, match: {function: other}, do: {error: ResourceThrottled}}\n') });
  const page = await open(one, '#/faults');
  const flaky = page.getByRole('button', { name: 'Flaky network' });
  await flaky.click();
  await alertBeside(flaky, /flaky/).waitFor();
  assert.equal((await one.control('GET', '/faults/rules/flaky')).layer, 'file');
  await page.getByRole('button', { name: 'Throttle 30 % of invocations' }).click();
  const toggle = page.getByRole('switch', { name: 'Rule throttling' });
  await toggle.waitFor();
  await page.route('**/_fcemu/faults', (route) => route.abort()); // the list stays as it was
  await one.control('DELETE', '/faults/rules/throttling');
  await toggle.click();
  await alertBeside(toggle, /throttling/).waitFor();
  await page.unroute('**/_fcemu/faults');
  await page.goto(`${one.at}/_fcemu/ui/#/faults?edit=new`);
  await page.getByLabel('Rules as YAML').fill('version: 1\nrules:\n  - {id: x, match: {function: pay}, do: {error: Nonsense}}\n');
  await page.locator('.editor').getByRole('alert').filter({ hasText: /3:\d+.*Nonsense/ }).waitFor();
  assert.deepEqual((await page.locator('.gutter').innerText()).split('\n').slice(0, 4), ['1', '2', '✗3', '4']);
  await page.getByLabel('Rules as YAML').fill('version: 1\nrules: [');
  await page.locator('.editor').getByRole('alert').filter({ hasText: /2:9/ }).waitFor();
  assert.ok(await page.getByRole('button', { name: 'Put it in force' }).isDisabled());
  await close(page, /4\d\d|ERR_FAILED/);
});

test('an invocation that is struck or fails shows what came back', async () => {
  const one = await daemon({ rules: RULES });
  await client(one, 0, 'def handler(event, context):\n    raise ValueError("broken on purpose")\n');
  const page = await open(one, FUNCTION);
  await page.getByRole('button', { name: 'Invoke', exact: true }).click();
  await page.getByRole('status').filter({ hasText: /^503/ }).waitFor();
  assert.match(await page.getByLabel('Answer', { exact: true }).innerText(), /ResourceThrottled/);
  await one.control('POST', '/faults/stop');
  await page.getByRole('button', { name: 'Invoke', exact: true }).click();
  await page.getByLabel('Answer', { exact: true }).getByText('broken on purpose').waitFor();
  await close(page, /503/);
});

/** As the page does: headers of the control side, and then the call. */
async function signed(one, token, method, target, body) {
  const asked = { account: '16530750', region: 'cn-shanghai', method, path: `/2016-08-15${target}`, headers: { 'Content-Type': 'application/json' } };
  const answer = await fetch(`${one.at}/_fcemu/sign`, { method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify(asked) });
  assert.equal(answer.status, 200);
  return one.call(method, target, body, { ...asked.headers, ...(await answer.json()).headers });
}

test('where calls are signed the page invokes and deploys by the token of the control side', { timeout: 2 * WAIT_MS }, async () => {
  const one = await daemon({ config: "token: open-sesame\nlisten: ['0.0.0.0:0']\nauth: {mode: strict, keys: [{id: mine, secret: hidden}]}\n" });
  assert.equal((await one.call('POST', '/services', { serviceName: 'shop' })).status, 400);
  assert.equal((await signed(one, 'open-sesame', 'POST', '/services', { serviceName: 'shop' })).status, 200);
  assert.equal((await signed(one, 'open-sesame', 'POST', '/services/shop/functions', { functionName: 'pay', runtime: 'python3', handler: 'index.handler', code: { zipFile: pack(CODE) } })).status, 200);
  const page = await open(one, FUNCTION);
  await page.getByLabel('This daemon asks for its token').fill('open-sesame');
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.reload();
  await page.getByLabel('Event', { exact: true }).fill('hello');
  await page.getByRole('button', { name: 'Invoke', exact: true }).click();
  await page.getByLabel('Answer', { exact: true }).getByText('hello').waitFor();
  await page.getByLabel('asynchronously').check();
  await page.getByRole('button', { name: 'Invoke', exact: true }).click();
  await page.getByRole('status').filter({ hasText: /^202/ }).waitFor();
  await page.getByRole('tab', { name: 'Code' }).click();
  await page.getByLabel('A zip').setInputFiles({ name: 'code.zip', mimeType: 'application/zip', buffer: zip.of('index.py', CODE.replace('return event', 'return "second"')) });
  await page.getByText('code.zip is deployed.').waitFor();
  await page.getByRole('tab', { name: 'Invoke' }).click();
  await page.getByRole('button', { name: 'Invoke', exact: true }).click();
  await page.getByLabel('Answer', { exact: true }).getByText('second').waitFor();
  await close(page, /401/);
});
