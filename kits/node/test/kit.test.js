// The kit by itself: where the binary is, how a daemon starts and ends, the verbs, what is told when it cannot.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { attach, binary, FcemuError, NotYourOwn, start } from '../src/index.js';
import { pack } from '../src/package.js';
import { untilDead } from './project.js';
import { ROOT, verbs } from './verbs.js';

let daemon;
let folder;

before(async () => {
  daemon = await start();
  folder = mkdtempSync(path.join(tmpdir(), 'kit-'));
});
after(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

verbs(() => daemon);

test('the version is the project\'s', () => {
  const { version, optionalDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url)));
  assert.match(readFileSync(path.join(ROOT, 'meson.build'), 'utf8'), new RegExp(`version: '${version}'`));
  assert.deepEqual(Object.values(optionalDependencies), [version]);
});

test('what is global, and reset', async () => {
  const own = await start({ region: 'cn-shanghai' });
  const cloud = own.account();
  assert.equal(cloud.host, `${cloud.number}.cn-shanghai.fc.aliyuncs.com`);
  assert.equal((await cloud.advanceClock('5h')).is_real, false);
  await cloud.stub('f');
  await cloud.stopAll();
  await cloud.reset();
  assert.equal((await own.ask('GET', '/_fcemu/clock')).is_real, true);
  const { stopped, rules } = await own.ask('GET', '/_fcemu/faults');
  assert.equal(stopped, false);
  assert.deepEqual([...new Set(rules.map(({ layer }) => layer))], ['file']);
  assert.deepEqual(await cloud.calls(), []);

  const others = (await attach(own.address)).account();
  assert.notEqual(others.number, cloud.number);
  await assert.rejects(others.advanceClock('1h'), NotYourOwn);
  await assert.rejects(others.stopAll(), /everybody/);
  await own.stop();
  await assert.rejects(others.calls(), /no daemon answers/);
});

test('mistakes are told', async () => {
  const cloud = daemon.account();
  await assert.rejects(cloud.fault('ResourceThrotled'), (error) => error instanceof FcemuError && /ResourceThrottled/.test(error.message));
  await assert.rejects(start({ faults: [path.join(folder, 'gone.yaml')] }), /gone\.yaml/);
  await assert.rejects(attach('127.0.0.1:1'), /no daemon answers at http:\/\/127\.0\.0\.1:1/);
  assert.throws(() => cloud.client('2015-01-01'), /not one of/);
  const { FCEMU_BINARY, PATH } = process.env;
  try {
    process.env.FCEMU_BINARY = '';
    process.env.PATH = folder;
    writeFileSync(path.join(folder, 'fcemu'), '#!/bin/sh\n'); // such as our own command
    chmodSync(path.join(folder, 'fcemu'), 0o755);
    assert.throws(binary, /there is no fcemu here/);
  } finally {
    Object.assign(process.env, { FCEMU_BINARY, PATH });
  }
});

test('a package is the same for the same files, and others can read it', async () => {
  writeFileSync(path.join(folder, 'bootstrap'), '#!/bin/sh\n');
  const packed = await pack({ bootstrap: '#!/bin/sh\n', 'ä/b.txt': 'x'.repeat(1000) });
  assert.deepEqual(packed, await pack({ 'ä/b.txt': 'x'.repeat(1000), bootstrap: '#!/bin/sh\n' }));
  writeFileSync(path.join(folder, 'code.zip'), packed);
  assert.deepEqual(await pack(path.join(folder, 'code.zip')), packed);
  const script = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), [(i.filename, oct(i.external_attr >> 16), i.file_size) for i in z.infolist()])';
  assert.equal(execFileSync('/usr/bin/python3', ['-c', script, path.join(folder, 'code.zip')], { encoding: 'utf8' }),
    "None [('bootstrap', '0o100755', 10), ('ä/b.txt', '0o100644', 1000)]\n");
});

test('a program is led by the environment', async () => {
  const cloud = daemon.account();
  await cloud.stub('f', { body: 'led' });
  const script = `require('http').request({ host: '${cloud.host}', method: 'POST', path: '/2023-03-30/functions/f/invocations' }, (a) => a.pipe(process.stdout)).end()`;
  const child = spawn(process.execPath, ['-e', script], { env: { ...process.env, ...cloud.env }, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  for await (const chunk of child.stdout) said += chunk;
  assert.equal(said, 'led');
});

test('a process that forgot its daemon ends, and the daemon with it', async () => {
  for (const end of ['', 'process.kill(process.pid, "SIGKILL")']) {
    const script = `import { start } from ${JSON.stringify(new URL('../src/index.js', import.meta.url).href)}; console.log((await start()).url); ${end}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let url = '';
    for await (const chunk of child.stdout) url += chunk;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await untilDead(async () => (await attach(url.trim()).catch(() => undefined)) === undefined);
  }
});

test('the command is the binary', async () => {
  const command = fileURLToPath(new URL('../bin/fcemu.js', import.meta.url));
  assert.match(execFileSync(process.execPath, [command, 'version'], { encoding: 'utf8' }), /^fcemu \d/);
  const running = spawn(process.execPath, [command, 'start'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(running.stdout, 'data');
  running.kill('SIGTERM');
  assert.deepEqual(await once(running, 'exit'), [0, null]);
});

test('a client that is not installed is named', () => {
  const here = process.cwd();
  try {
    process.chdir(folder);
    assert.throws(() => daemon.account().client(), /npm install @alicloud\/fc20230330/);
  } finally {
    process.chdir(here);
  }
});
