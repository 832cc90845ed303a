// @alicloud/fc2, constructed as its README says, throws for each documented code an error that carries it.
'use strict';

const FC = require('@alicloud/fc2');
const { assert, row, documented, port } = require('./results');

const keys = { accessKeyID: 'LTAI-test', accessKeySecret: 'secret', region: 'cn-shanghai' };
const ways = {
  'by endpoint': { ...keys, endpoint: `http://127.0.0.1:${port}` },
  'by name': keys,
  'by internal name': { ...keys, internal: true },
  'by name over HTTPS': { ...keys, secure: true },
};

for (const [way, config] of Object.entries(ways)) {
  for (const [code, status] of Object.entries(documented)) {
    row('@alicloud/fc2', `invokeFunction ${way}: ${code}`, async () => {
      const client = new FC('16530750', config);
      await assert.rejects(client.invokeFunction('demo', `raise-${code}`, 'event'), (error) => {
        assert.strictEqual(error.code, code);
        assert.strictEqual(error.name, `FC${code}Error`);
        assert.match(error.message, new RegExp(`failed with ${status}\\. requestid: [0-9a-f-]{36}, message: .+\\.$`, 's'));
        return true;
      });
    });
  }
}

row('@alicloud/fc2', 'invokeFunction: reset', async () => {
  const client = new FC('16530750', ways['by endpoint']);
  await assert.rejects(client.invokeFunction('demo', 'net-reset', 'event'), { code: 'ECONNRESET' });
});
