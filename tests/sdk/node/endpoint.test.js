// Region and account behind an address, as docs/clients.md writes them: which clients take such an endpoint, strictly signed.
'use strict';

const FC = require('@alicloud/fc2');
const core = require('@alicloud/openapi-core');
const openapi = require('@alicloud/openapi-client');
const fc2023 = require('@alicloud/fc20230330');
const fc2021 = require('@alicloud/fc-open20210406');
const { assert, row, port } = require('./results');

const PLACE = '/@ap-southeast-1/16530750';
const keys = { accessKeyId: 'LTAI-test', accessKeySecret: 'secret', regionId: 'cn-shanghai' };

const clients = {
  '@alicloud/fc2': (protocol, endpoint) => new FC('16530750', { accessKeyID: 'LTAI-test', accessKeySecret: 'secret', region: 'cn-shanghai', endpoint: `${protocol}://${endpoint}` }).listServices(),
  '@alicloud/fc20230330': (protocol, endpoint) => new fc2023.default(new core.$OpenApiUtil.Config({ ...keys, protocol, endpoint })).listFunctions(new fc2023.ListFunctionsRequest({})),
  '@alicloud/fc-open20210406': (protocol, endpoint) => new fc2021.default(new openapi.Config({ ...keys, protocol, endpoint })).listServices(new fc2021.ListServicesRequest({})),
};

for (const [name, list] of Object.entries(clients)) {
  for (const protocol of ['http', 'https']) {
    row(name, `an address with a place over ${protocol.toUpperCase()}`, async () => {
      await list(protocol, `127.0.0.1:${port}${PLACE}`);
      const { requests } = await (await fetch(`http://127.0.0.1:${port}/_fcemu/requests?limit=100000`)).json();
      const { status, region, account, defaulted, tls } = requests.findLast((entry) => entry.path.startsWith('/@'));
      assert.deepStrictEqual({ status, region, account, defaulted, tls }, { status: 200, region: 'ap-southeast-1', account: '16530750', defaulted: null, tls: protocol === 'https' });
    });
  }
}
