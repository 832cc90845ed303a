// Funcraft's own templates, as its package brings them: deployed by `fcemu deploy`, and answering. And what `s logs` does: the component
// fc3 asks Log Service with aliyun-sdk for the logs of a function whose logConfig it has read.
'use strict';

const childProcess = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { SLS } = require('aliyun-sdk');
const { assert, row, port } = require('../node/results.js');

const TEMPLATES = path.join(process.env.FCEMU_TEMPLATES, 'package', 'templates');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'fcemu-templates-'));
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));

// What the package leaves to be filled in by `fun init`, and, of a project that is not built, the path that is missing.
const EXPECTED = {
  'event-nodejs8': { result: 'hello world' },
  'event-nodejs10': { result: 'hello world' },
  'event-nodejs12': { result: 'hello world' },
  'event-python3': { result: 'hello world' },
  'http-trigger-python3': { page: 'Hello world!\n' },
  'http-trigger-nodejs12': { page: /"method": *"GET"/, modules: true },
  'http-trigger-nodejs10': { page: /"method": *"GET"/, modules: true },
  'event-java8': {},
  'http-trigger-java11': {},
  'custom-lua': {},
  'custom-typescript': {},
  'custom-rust': { missing: './pkg' },
  'event-dotnetcore2.1': { missing: './bin/Release/netcoreapp2.1/publish/' },
  'event-custom-cpp': { missing: './bin' },
};

if (childProcess.spawnSync('php', ['--version']).status === 0) {
  EXPECTED['event-php7.2'] = { result: 'hello world' };
  EXPECTED['http-trigger-php7.2'] = { page: 'hello world' };
}

function fcemu(...words) {
  const env = { ...process.env, FCEMU_ADDRESS: `127.0.0.1:${port}` };
  return childProcess.spawnSync(process.env.FCEMU_BINARY, words, { env, encoding: 'utf8', timeout: 60000 });
}

function render(text, names) {
  return text.replace(/\{\{ *(\w+) *\}\}/g, (whole, name) => names[name] ?? whole);
}

/** A template with its blanks filled in. */
function project(name) {
  const from = path.join(TEMPLATES, name, '{{ projectName }}');
  const to = path.join(work, name);
  const names = { projectName: name.replace(/[^\w-]/g, '-'), service: 'templates' };
  fs.cpSync(from, to, { recursive: true });
  const file = path.join(to, 'template.yml');
  fs.writeFileSync(file, render(fs.readFileSync(file, 'utf8'), names));
  return { folder: to, function: names.projectName };
}

function get(target) {
  return new Promise((resolve, reject) => {
    const headers = { Host: '16530750.cn-shanghai.fc.aliyuncs.com' };
    http.get({ host: '127.0.0.1', port, path: target, headers }, (reply) => {
      let body = '';
      reply.on('data', (piece) => (body += piece));
      reply.on('end', () => resolve({ status: reply.statusCode, body }));
    }).on('error', reject);
  });
}

for (const [name, want] of Object.entries(EXPECTED)) {
  row('funcraft templates', name, async () => {
    const made = project(name);
    if (want.modules)
      fs.cpSync(path.join(__dirname, 'node_modules'), path.join(made.folder, 'node_modules'), {
        recursive: true,
        filter: (file) => !file.includes('aliyun-sdk'),
      });
    for (let twice = 0; twice < 2; twice++) {
      const deployed = fcemu('deploy', made.folder);
      if (want.missing) {
        assert.strictEqual(deployed.status, 2);
        assert.match(deployed.stderr, /template\.yml:\d+:\d+: error F108: Resources\.templates\..*\.CodeUri: read '.*No such file/);
        return;
      }
      assert.strictEqual(deployed.status, 0, deployed.stderr);
      assert.ok(twice === 0 || deployed.stdout.includes(`updated   function '${made.function}'`), deployed.stdout);
    }
    if (want.result) {
      const answer = fcemu('invoke', `templates/${made.function}`);
      assert.strictEqual(answer.stdout, want.result, answer.stderr);
    }
    if (want.page) {
      const page = await get(`/2016-08-15/proxy/templates/${made.function}/`);
      assert.strictEqual(page.status, 200, page.body);
      if (want.page instanceof RegExp) assert.match(page.body, want.page);
      else assert.strictEqual(page.body, want.page);
    }
  });
}

const S_YAML = `edition: 3.0.0
resources:
  told:
    component: fc3
    props: {region: cn-shanghai, functionName: told, runtime: python3.10, handler: index.handler, code: ./code, logConfig: auto}
`;

/** As the component does it: see to the config of the function, then ask for the topic of its name. */
row('aliyun-sdk', 'getLogs and getHistograms of a function', async () => {
  fs.mkdirSync(path.join(work, 'told', 'code'), { recursive: true });
  fs.writeFileSync(path.join(work, 'told', 'code', 'index.py'), "def handler(event, context):\n  print('told you')\n");
  fs.writeFileSync(path.join(work, 'told', 's.yaml'), S_YAML);
  const deployed = fcemu('deploy', path.join(work, 'told'));
  assert.strictEqual(deployed.status, 0, deployed.stderr);
  assert.strictEqual(fcemu('invoke', 'told').status, 0);
  const client = new SLS({ accessKeyId: 'LTAI-test', secretAccessKey: 'secret', endpoint: 'http://cn-shanghai.log.aliyuncs.com', apiVersion: '2015-06-01' });
  const now = Math.floor(Date.now() / 1000);
  const params = { projectName: '16530750-cn-shanghai-project', logStoreName: 'function-logstore', topic: 'FCLogs:told', from: now - 600, to: now + 1, query: 'told you' };
  const logs = await promisify(client.getLogs.bind(client))(params);
  const found = Object.values(logs.body).map((line) => line.message);
  assert.deepStrictEqual(found, ['told you']);
  assert.strictEqual(logs.headers['x-log-progress'], 'Complete');
  assert.strictEqual(logs.headers['x-log-count'], '1');
  const bars = await promisify(client.getHistograms.bind(client))(params);
  assert.strictEqual(Object.values(bars.body).reduce((sum, bar) => sum + bar.count, 0), 1);
});
