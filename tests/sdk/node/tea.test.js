// The generated clients of 2023-03-30 and 2021-04-06 throw for each documented code an error that carries it.
'use strict';

const { Readable } = require('node:stream');

const core = require('@alicloud/openapi-core');
const openapi = require('@alicloud/openapi-client');
const fc2023 = require('@alicloud/fc20230330');
const fc2021 = require('@alicloud/fc-open20210406');
const { assert, row, documented, port } = require('./results');

const keys = { accessKeyId: 'LTAI-test', accessKeySecret: 'secret', regionId: 'cn-shanghai' };
const ways = {
  'by endpoint': { ...keys, endpoint: `127.0.0.1:${port}`, protocol: 'http' },
  'by name over HTTPS': { ...keys, endpoint: '16530750.cn-shanghai.fc.aliyuncs.com', protocol: 'https' },
};

async function codeOf(call) {
  try {
    await call();
  } catch (error) {
    return error.code;
  }
  return undefined;
}

for (const [way, config] of Object.entries(ways)) {
  for (const code of Object.keys(documented)) {
    row('@alicloud/fc20230330', `invokeFunction ${way}: ${code}`, async () => {
      const client = new fc2023.default(new core.$OpenApiUtil.Config(config));
      const request = new fc2023.InvokeFunctionRequest({ body: Readable.from([Buffer.from('event')]) });
      assert.strictEqual(await codeOf(() => client.invokeFunction(`raise-${code}`, request)), code);
    });
    row('@alicloud/fc-open20210406', `invokeFunction ${way}: ${code}`, async () => {
      const client = new fc2021.default(new openapi.Config(config));
      const request = new fc2021.InvokeFunctionRequest({ body: Buffer.from('event') });
      assert.strictEqual(await codeOf(() => client.invokeFunction('demo', `raise-${code}`, request)), code);
    });
  }
}
