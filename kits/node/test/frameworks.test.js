// The kits of the frameworks as a project meets them: each runs its own tests in a folder, and we look at what it says and leaves.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Project, untilDead } from './project.js';

const INSTALLED = existsSync(fileURLToPath(new URL('node_modules/vitest', import.meta.url)));
const CALL = `
import http from 'node:http';
const invoke = (cloud, name) => new Promise((resolve, reject) => {
  http.request(cloud.url + '/2023-03-30/functions/' + name + '/invocations', { method: 'POST', agent: false }, (answer) => {
    answer.resume().on('end', () => resolve(answer.statusCode));
  }).on('error', reject).end('{}');
});
`;

// How each is started, imported, and gives a test its account.
const FRAMEWORKS = {
  'node:test': {
    command: [process.execPath, '--test'],
    head: "import { test } from 'fcemu/node-test'; import assert from 'node:assert';",
    test: (name, body, fault) => `test('${name}', { ${fault ? `fault: ${fault}` : ''} }, async (t, cloud) => {${body}});`,
  },
  vitest: {
    command: [process.execPath, 'node_modules/vitest/vitest.mjs', 'run'],
    head: "import { test } from 'fcemu/vitest'; import { describe } from 'vitest'; import assert from 'node:assert';",
    test: (name, body, fault) => `describe('${name}', () => { ${fault ? `test.scoped({ fault: ${fault} });` : ''} test('${name}', async ({ cloud }) => {${body}}, 1000000); });`,
  },
  jest: {
    command: [process.execPath, '--experimental-vm-modules', 'node_modules/jest/bin/jest.js'],
    head: "import { test } from 'fcemu/jest'; import assert from 'node:assert';",
    test: (name, body, fault) => `test('${name}', { timeout: 1000000, ${fault ? `fault: ${fault}` : ''} }, async (cloud) => {${body}});`,
  },
};

for (const [framework, how] of Object.entries(FRAMEWORKS)) {
  const inProject = (name, body) => test(`${framework}: ${name}`, { skip: framework !== 'node:test' && !INSTALLED && 'vitest and jest are not installed' }, async () => {
    const project = new Project();
    try {
      await body(project);
    } finally {
      project.remove();
    }
  });

  inProject('an account for each test, struck as asked', async (project) => {
    project.write('it.test.js', CALL + how.head
      + how.test('struck', "await cloud.stub('f'); assert.deepEqual([await invoke(cloud, 'f'), await invoke(cloud, 'f')], [503, 200]);", "['ResourceThrottled', { function: 'f', times: 1 }]")
      + how.test('twice', "assert.deepEqual([await invoke(cloud, 'f'), await invoke(cloud, 'f')], [429, 500]);", "[['InternalServerError'], ['ResourceExhausted', { times: 1, rule: { priority: 5 } }]]")
      + how.test('apart', "assert.equal(await invoke(cloud, 'f'), 404); assert.equal((await cloud.calls()).length, 1); await cloud.advanceClock('1h');"));
    const said = await project.run(how.command);
    assert.match(said, /(pass 3|3 passed)/);
  });

  inProject('a failed test shows its calls and only its own', async (project) => {
    project.write('it.test.js', CALL + how.head
      + how.test('before', "await invoke(cloud, 'earlier');")
      + how.test('fails', "await invoke(cloud, 'pay'); assert.fail('as meant');", "['ResourceThrottled', { rule: { id: 'storm' } }]"));
    const said = await project.run(how.command, 1);
    assert.match(said, /as meant[^]*calls of account \d+:\n.*InvokeFunction pay -> 503 ResourceThrottled, .*\(rule storm\)/);
    assert.doesNotMatch(said, /InvokeFunction earlier/);
  });

  inProject('eight files at once share nothing and leave nothing', async (project) => {
    for (let i = 0; i < 8; i++) {
      project.write(`it${i}.test.js`, `${CALL}${how.head}import { writeFileSync } from 'node:fs';`
        + how.test('one', `await cloud.stub('f'); assert.equal(await invoke(cloud, 'f'), 200);
            assert.equal((await cloud.daemon.ask('GET', '/_fcemu/requests')).requests.length, 1); writeFileSync('told${i}', cloud.daemon.url);`));
    }
    const eight = { 'node:test': ['--test-concurrency=8'], vitest: ['--maxWorkers=8', '--minWorkers=8'], jest: ['--maxWorkers=8'] }[framework];
    assert.match(await project.run([...how.command, ...eight]), /(pass 8|8 passed)/);
    assert.equal(new Set(Array.from({ length: 8 }, (_, i) => project.read(`told${i}`))).size, 8);
  });

  inProject('a file whose process dies takes its daemon along, and hangs nobody', async (project) => {
    project.write('dies.test.js', `${CALL}${how.head}`
      + how.test('dies', "await cloud.stub('f'); assert.equal(await invoke(cloud, 'f'), 200); process.kill(process.pid, 'SIGKILL');"));
    if (framework !== 'vitest') project.write('lives.test.js', `${CALL}${how.head}` + how.test('lives', "assert.equal(await invoke(cloud, 'f'), 404);"));
    const two = { 'node:test': ['--test-concurrency=2'], vitest: ['--maxWorkers=2', '--minWorkers=2'], jest: ['--maxWorkers=2'] }[framework];
    const said = await project.run([...how.command, ...two], 1);
    assert.match(said, framework === 'vitest' ? /Channel closed|exited unexpectedly/ : /(pass 1|1 passed)/); // Vitest itself gives up, and may leave its other workers
  });

  inProject('a killed run leaves no process, and nobody waits', async (project) => {
    project.write('it.test.js', `${CALL}${how.head}import { renameSync, writeFileSync } from 'node:fs';`
      + how.test('hangs', "writeFileSync('up.new', ''); renameSync('up.new', 'up'); await new Promise((resolve) => { setInterval(() => {}, 1000); });"));
    const running = project.begin(how.command, { detached: true });
    let over = false;
    running.closed.then(() => { over = true; });
    await untilDead(() => over || project.has('up'));
    assert.ok(!over, running.said);
    assert.ok(project.processes().length >= 5); // the run, start, its supervisor and keeper, the daemon
    process.kill(-running.pid, 'SIGKILL');
    assert.equal(await running.closed, 'SIGKILL'); // with the end of its pipes, which nobody else holds
    await project.nothingIsLeft();
  });
}

test('files of the daemon, and one that is there', async () => {
  const project = new Project();
  try {
    project.write('rules.yaml', 'version: 1\nrules: [{id: a, match: {function: x}, do: {error: AccessDenied}}]\n');
    project.write('it.test.js', `${CALL}import { test, start } from 'fcemu/node-test'; import assert from 'node:assert';
      test('ruled', { files: { faults: 'rules.yaml', region: 'cn-shanghai' } }, async (t, cloud) => {
        assert.equal(await invoke(cloud, 'x'), 403);
        assert.equal((await cloud.calls())[0].region, 'cn-shanghai');
      });`);
    await project.run([process.execPath, '--test']);
    project.write('it.test.js', `${CALL}import { test } from 'fcemu/node-test'; import assert from 'node:assert';
      test('others', async (t, cloud) => {
        assert.equal(cloud.daemon.address, process.env.FCEMU_ATTACH);
        await assert.rejects(cloud.stopAll(), /everybody/);
      });`);
    const { start } = await import('../src/index.js');
    const daemon = await start();
    await project.run([process.execPath, '--test'], 0, { env: { FCEMU_ATTACH: daemon.address } });
    await daemon.stop();
  } finally {
    project.remove();
  }
});

test('the types', { skip: !INSTALLED && 'typescript is not installed' }, async () => {
  const project = new Project();
  try {
    project.write('types.ts', `
      import { attach, start, type Account, type Daemon } from 'fcemu';
      import { test as plain } from 'fcemu/node-test';
      import { test as vitest } from 'fcemu/vitest';
      import { test as jest } from 'fcemu/jest';
      export async function use(): Promise<number> {
        const daemon: Daemon = await start({ faults: ['a.yaml'] });
        const cloud: Account = daemon.account('1', 'cn-shanghai');
        await cloud.stub('f', { json: {}, status: 201, qualifier: 'LATEST' });
        const fault = await cloud.fault({ reset: { at: 'body' } }, { times: 2, function: 'f' });
        await cloud.verify({ calls: { eq: 1 } }, { within: '1s' });
        await cloud.deploy('f', { 'index.js': '' }, { memorySize: 128 });
        await (await attach('x')).stop();
        // @ts-expect-error: it is a promise
        fault.fired() + 1;
        return (await cloud.calls({ status: '5xx' }))[0]!.status + await fault.fired();
      }
      plain('a', { fault: ['ResourceThrottled', { times: 1 }] }, async (t, cloud) => { t.diagnostic(cloud.url); });
      vitest('b', async ({ cloud }) => { await cloud.reset(); });
      jest('c', async (cloud) => { await cloud.reset(); });
      // @ts-expect-error: there is no such verb
      jest('d', async (cloud) => { await cloud.resett(); });
    `);
    await project.run([process.execPath, 'node_modules/typescript/bin/tsc', '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--lib', 'es2022,esnext.disposable',
      '--module', 'nodenext', '--types', 'node', 'types.ts']);
  } finally {
    project.remove();
  }
});

const SDK = fileURLToPath(new URL('../../../tests/sdk/node/node_modules/@alicloud', import.meta.url));

test('the example of the README', { skip: !existsSync(SDK) && 'the clients of tests/sdk/node are not installed' }, async () => {
  const project = new Project();
  try {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    symlinkSync(SDK, path.join(project.folder, 'node_modules', '@alicloud'));
    project.write('payments.test.js', /```js\n\/\/ payments\.test\.js\n([^]*?)```/.exec(readme)[1]);
    project.write('shop.js', `
      import fc from '@alicloud/fc20230330';
      import { text } from 'node:stream/consumers';
      export async function pay(client) {
        for (let attempt = 0; ; attempt++) {
          try {
            const { body } = await client.invokeFunction('pay', new fc.InvokeFunctionRequest({}));
            return JSON.parse(await text(body));
          } catch (error) {
            if (error.code === 'ECONNRESET' || /socket hang up/.test(error.message)) return undefined; // done or not, who knows
            if (attempt === 3) throw error;
          }
        }
      }`);
    mkdirSync(path.join(project.folder, 'functions', 'pay'), { recursive: true });
    project.write('functions/pay/index.js', 'exports.handler = (event, context, done) => done(null, "{}");');
    assert.match(await project.run([process.execPath, '--test']), /pass 3/);
  } finally {
    project.remove();
  }
});
