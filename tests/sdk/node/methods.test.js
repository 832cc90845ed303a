// Every public method of the generated clients of 2023-03-30 and 2021-04-06, as the stories tell.
//
// The rows are the methods that the client's class defines; xWithOptions is what x calls, and counts with it. What the common
// base class of all generated clients brings (callApi, getType, …) is that package's. A method that no story tells of fails.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');
const { test } = require('node:test');

const core = require('@alicloud/openapi-core');
const dara = require('@darabonba/typescript');
const openapi = require('@alicloud/openapi-client');
const tea = require('@alicloud/tea-typescript');
const fc2023 = require('@alicloud/fc20230330');
const fc2021 = require('@alicloud/fc-open20210406');
const { assert, note, port } = require('./results');
const { Player, load } = require('./story');

const keys = { accessKeyId: 'LTAI-test', accessKeySecret: 'secret', regionId: 'cn-shanghai' };
const name = '16530750.cn-shanghai.fc.aliyuncs.com';
const WAYS = {
  'by endpoint': { ...keys, endpoint: `127.0.0.1:${port}`, protocol: 'http' },
  'by name': { ...keys, endpoint: name, protocol: 'http' },
  'by name over HTTPS': { ...keys, endpoint: name, protocol: 'https' },
};
const saved = { zip: fs.readFileSync(path.join(__dirname, '..', 'hello.zip')).toString('base64'), checksum: '3624581664231229518' };

const clients = [
  { name: '@alicloud/fc20230330', version: '2023-03-30', module: fc2023, make: (config) => new core.$OpenApiUtil.Config(config), cast: dara.cast, bytes: (s) => Readable.from([Buffer.from(s)]) },
  { name: '@alicloud/fc-open20210406', version: '2021-04-06', module: fc2021, make: (config) => new openapi.Config(config), cast: tea.cast, bytes: (s) => Buffer.from(s) },
];

const NOT_TOLD = { wrong: ['no story tells of it'], errors: [undefined], why: '' };

function resultOf({ wrong, errors }) {
  if (wrong.length) {
    return wrong[0];
  }
  return errors.includes(undefined) ? 'ok' : `expected ${errors[0]}`;
}

async function drive(t, way, { name, version, module, make, cast, bytes }) {
  const client = new module.default(make(WAYS[way]));
  const outcomes = await new Player(client, module, { cast, bytes, saved }).play(load(version));
  const endpoint = client.getEndpoint('fc', 'cn-shanghai', 'regional', '', '', {}, 'there');

  outcomes.set('getEndpoint', { wrong: endpoint === 'there' ? [] : [`answers ${endpoint}`], errors: [undefined], why: 'asks nobody' });
  for (const method of Object.getOwnPropertyNames(module.default.prototype)) {
    if (method === 'constructor' || method.endsWith('WithOptions')) {
      continue;
    }
    const outcome = outcomes.get(method) || NOT_TOLD;
    note(name, `${method} ${way}`, resultOf(outcome), outcome.why);
    await t.test(method, () => assert.deepStrictEqual(outcome.wrong, []));
  }
}

for (const client of clients) {
  for (const way of Object.keys(WAYS)) {
    test(`${client.name}: every method ${way}`, (t) => drive(t, way, client));
  }
}
