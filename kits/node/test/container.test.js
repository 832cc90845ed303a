// The kit with its daemon in a container: FCEMU_IMAGE names the image, and an engine is there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Daemon } from '../src/index.js';
import { Project } from './project.js';
import { invoke, verbs } from './verbs.js';

const skip = !process.env.FCEMU_IMAGE && 'FCEMU_IMAGE names no image of fcemu';
const MINUTES = 5 * 60_000;

describe('in a container', { skip, timeout: MINUTES }, () => {
  let kit;
  let daemon;
  let folder;

  before(async () => {
    kit = await import('../src/testcontainers.js');
    daemon = await kit.start();
    folder = mkdtempSync(path.join(tmpdir(), 'kit-'));
  });
  after(async () => {
    await daemon?.stop();
    rmSync(folder, { recursive: true });
  });

  verbs(() => daemon);

  test('its clock is ours', async () => {
    const cloud = daemon.account();
    assert.equal((await cloud.advanceClock('5h')).is_real, false);
    await cloud.stopAll();
    await cloud.reset();
    assert.equal((await daemon.ask('GET', '/_fcemu/clock')).is_real, true);
  });

  test('a program is led by the environment, and verifies', async () => {
    const cloud = daemon.account('16530750', 'cn-shanghai');
    await cloud.stub('pay', { body: 'paid' });
    const words = ['-sS', '--fail-with-body', '-d', '{}', `https://${cloud.host}/2023-03-30/functions/pay/invocations`];
    assert.equal(execFileSync('curl', words, { env: { PATH: process.env.PATH, ...cloud.env }, encoding: 'utf8' }), 'paid');
  });

  test('without its token nobody asks the control side', async () => {
    await assert.rejects(new Daemon(daemon.url).ask('GET', '/_fcemu/requests'), /401/);
  });

  test('its files count, and its end leaves nothing', async () => {
    const file = (name, text) => {
      writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const own = await kit.start({
      config: file('own.yaml', 'auth: {mode: lenient}\nallow_users: any\nbody_max: 1KiB\n'),
      faults: [file('a.yaml', 'version: 1\nrules: [{id: a, match: {function: x}, do: {error: AccessDenied}}]\n'),
        file('b.yaml', 'version: 1\nrules: [{id: b, match: {function: y}, do: {error: ResourceThrottled}}]\n')],
      region: 'cn-shanghai',
    });
    try {
      const cloud = own.account();
      assert.deepEqual([(await invoke(cloud, 'x'))[0], (await invoke(cloud, 'y'))[0]], [403, 503]);
      assert.equal((await cloud.calls())[0].region, 'cn-shanghai');
      await assert.rejects(cloud.deploy('big', Buffer.alloc(4096, 'x')), /exceeds the maximum/);
      assert.ok(existsSync(own.ca));
    } finally {
      await own.stop();
    }
    assert.ok(!existsSync(path.dirname(own.ca)));
    await assert.rejects(own.ask('GET', '/_fcemu/health'), /no daemon answers/);
    await assert.rejects(kit.start({ faults: file('c.yaml', 'version: 1\nrules: [{id: a, mtach: {}}]\n') }), /did you mean 'match'/);
    await assert.rejects(async () => kit.start({ seeds: path.join(folder, 'gone.yaml') }), /gone\.yaml/);
  });

  test('a start that failed keeps its process from nothing', () => {
    writeFileSync(path.join(folder, 'wrong.yaml'), 'version: 1\nrules: [{id: a, mtach: {}}]\n');
    const script = `import { start } from ${JSON.stringify(new URL('../src/testcontainers.js', import.meta.url).href)};
      const refused = await start({ faults: ${JSON.stringify(path.join(folder, 'wrong.yaml'))} }).catch((problem) => problem.message);
      console.log(/did you mean 'match'/.test(refused), process.getActiveResourcesInfo().includes('Timeout'));`;
    assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: MINUTES }), 'true false\n');
  });

  test('frameworks start one, too', async () => {
    const project = new Project();
    try {
      project.write('it.test.js', `import assert from 'node:assert'; import { test } from 'fcemu/node-test';
        test('in its image', { files: { image: ${JSON.stringify(process.env.FCEMU_IMAGE)} }, fault: ['ResourceThrottled', { function: 'f' }] }, async (t, cloud) => {
          await cloud.daemon.ask('POST', '/@' + cloud.region + '/' + cloud.number + '/2023-03-30/functions/f/invocations', {}, { accept: [503] });
          await cloud.verify({ calls: { match: { function: 'f', status: 503 }, eq: 1 } });
          assert.equal(process.env.FCEMU_BINARY, '/nonexistent');
        });`);
      assert.match(await project.run([process.execPath, '--test'], 0, { env: { FCEMU_BINARY: '/nonexistent' } }), /pass 1/);
    } finally {
      project.remove();
    }
  });
});
