// Every public method of @alicloud/fc2, in the order of a life: a service and all that hangs on it, made, read, changed, removed.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const FC = require('@alicloud/fc2');
const { assert, row, port } = require('./results');

const CLIENT = '@alicloud/fc2';
const keys = { accessKeyID: 'LTAI-test', accessKeySecret: 'secret', region: 'cn-shanghai' };
const WAYS = { 'by endpoint': { ...keys, endpoint: `http://127.0.0.1:${port}` }, 'by name': keys, 'by name over HTTPS': { ...keys, secure: true } };
const arn = 'acs:fc:cn-shanghai:16530750:services/story';
const HELLO = path.join(__dirname, '..', 'hello.zip');
const ZIP = fs.readFileSync(HELLO).toString('base64');
const CHECKSUM = '3624581664231229518';
const FUNCTION = { functionName: 'f', handler: 'index.handler', runtime: 'nodejs12', memorySize: 128, timeout: 10, code: { zipFile: ZIP } };
const TRIGGER = { triggerName: 't', triggerType: 'timer', triggerConfig: { payload: 'p', cronExpression: '@every 1h', enable: false } };

/** Drive all methods; `layer` is a name of its own, as the numbers of a layer's versions are never used again. */
function drive(way, client, layer) {
  let layerArn;
  let permission;

  /** [method, arguments (or what makes them), what must hold of the answer]; an array, so that the order is the story's. */
  const story = [
    ['createService', ['story', { description: 'first' }], ({ data }) => assert.strictEqual(data.serviceName, 'story')],
    ['getService', ['story'], ({ data }) => assert.strictEqual(data.description, 'first')],
    ['listServices', [{ prefix: 'sto' }], ({ data }) => assert.deepStrictEqual(data.services.map((s) => s.serviceName), ['story'])],
    ['updateService', ['story', { description: 'second' }], ({ data }) => assert.strictEqual(data.description, 'second')],
    ['createFunction', ['story', FUNCTION], ({ data }) => assert.strictEqual(data.functionName, 'f')],
    ['getFunction', ['story', 'f'], ({ data }) => assert.strictEqual(data.memorySize, 128)],
    ['getFunctionCode', ['story', 'f'], ({ data }) => assert.match(data.url, /^http/)],
    ['listFunctions', ['story'], ({ data }) => assert.strictEqual(data.functions.length, 1)],
    ['updateFunction', ['story', 'f', { memorySize: 256 }], ({ data }) => assert.strictEqual(data.memorySize, 256)],
    ['publishVersion', ['story', 'one'], ({ data }) => assert.strictEqual(data.versionId, '1')],
    ['listVersions', ['story'], ({ data }) => assert.strictEqual(data.versions.length, 1)],
    ['createAlias', ['story', 'prod', '1'], ({ data }) => assert.strictEqual(data.aliasName, 'prod')],
    ['getAlias', ['story', 'prod'], ({ data }) => assert.strictEqual(data.versionId, '1')],
    ['listAliases', ['story'], ({ data }) => assert.strictEqual(data.aliases.length, 1)],
    ['updateAlias', ['story', 'prod', '1', { description: 'changed' }], ({ data }) => assert.strictEqual(data.description, 'changed')],
    ['createTrigger', ['story', 'f', TRIGGER], ({ data }) => assert.strictEqual(data.triggerName, 't')],
    ['getTrigger', ['story', 'f', 't'], ({ data }) => assert.strictEqual(data.triggerType, 'timer')],
    ['listTriggers', ['story', 'f'], ({ data }) => assert.strictEqual(data.triggers.length, 1)],
    ['updateTrigger', ['story', 'f', 't', { triggerConfig: { payload: 'q', cronExpression: '@every 2h', enable: false } }], ({ data }) => assert.strictEqual(data.triggerConfig.payload, 'q')],
    ['tagResource', [arn, { team: 'a' }], () => {}],
    ['getResourceTags', [{ resourceArn: arn }], ({ data }) => assert.deepStrictEqual(data.tags, { team: 'a' })],
    ['untagResource', [arn, ['team']], () => {}],
    ['createCustomDomain', ['story.example.com', { protocol: 'HTTP' }], ({ data }) => assert.strictEqual(data.domainName, 'story.example.com')],
    ['getCustomDomain', ['story.example.com'], ({ data }) => assert.strictEqual(data.protocol, 'HTTP')],
    ['listCustomDomains', [{}], ({ data }) => assert.strictEqual(data.customDomains.length, 1)],
    ['updateCustomDomain', ['story.example.com', { protocol: 'HTTP', routeConfig: { routes: [{ path: '/*', serviceName: 'story', functionName: 'f' }] } }], ({ data }) => assert.strictEqual(data.routeConfig.routes.length, 1)],
    ['putProvisionConfig', ['story', 'f', 'prod', { target: 1 }], ({ data }) => assert.strictEqual(data.target, 1)],
    ['getProvisionConfig', ['story', 'f', 'prod'], ({ data }) => assert.strictEqual(data.target, 1)],
    ['listProvisionConfigs', [{}], ({ data }) => assert.strictEqual(data.provisionConfigs.length, 1)],
    ['putOnDemandConfig', ['story', 'f', 'prod', { maximumInstanceCount: 5 }], ({ data }) => assert.strictEqual(data.maximumInstanceCount, 5)],
    ['getOnDemandConfig', ['story', 'f', 'prod'], ({ data }) => assert.strictEqual(data.maximumInstanceCount, 5)],
    ['listOnDemandConfigs', [{}], ({ data }) => assert.strictEqual(data.configs.length, 1)],
    ['deleteOnDemandConfig', ['story', 'f', 'prod'], () => {}],
    ['putFunctionAsyncConfig', ['story', 'f', 'prod', { maxAsyncRetryAttempts: 1 }], ({ data }) => assert.strictEqual(data.maxAsyncRetryAttempts, 1)],
    ['getFunctionAsyncConfig', ['story', 'f', 'prod'], ({ data }) => assert.strictEqual(data.maxAsyncRetryAttempts, 1)],
    ['listFunctionAsyncConfigs', ['story', 'f'], ({ data }) => assert.strictEqual(data.configs.length, 1)],
    ['deleteFunctionAsyncConfig', ['story', 'f', 'prod'], () => {}],
    ['publishLayerVersion', [layer, { compatibleRuntime: ['nodejs12'], Code: { zipFile: ZIP } }], ({ data }) => assert.strictEqual((layerArn = data.arn) && data.version, 1)],
    ['listLayers', [{}], ({ data }) => assert.strictEqual(data.layers.length, 1)],
    ['listLayerVersions', [layer], ({ data }) => assert.strictEqual(data.layers.length, 1)],
    ['getLayerVersion', [layer, 1], ({ data }) => assert.strictEqual(data.version, 1)],
    ['getLayerVersionByArn', () => [layerArn], ({ data }) => assert.strictEqual(data.version, 1)],
    ['putLayerACL', [layer, { public: true }], () => {}],
    ['deleteLayerVersion', [layer, 1], () => {}],
    ['listInstances', ['story', 'f'], ({ data }) => assert.ok(Array.isArray(data.instances))],
    ['listReservedCapacities', [{}], ({ data }) => assert.ok(Array.isArray(data.reservedCapacities))],
    ['getAccountConfigs', [{ config: ['CodeSizeLimit'] }], ({ data }) => assert.ok(data.CodeSizeLimit > 0)],
    ['getTempBucketToken', [], ({ data }) => assert.ok(data.ossBucket)],
    ['getTempCodeBucketPermission', ['story', 'big', 'e1'], (answer) => {
      permission = answer;
      assert.ok(answer.data.credentials.AccessKeyId && answer.data.ossBucket && answer.data.objectName);
    }],
    ['getAccountSettings', [], ({ data }) => assert.ok(Array.isArray(data.availableAZs))],
    ['uploadCodeToTmpOssBucket', () => [client, permission, 'story', { code: { zipFile: HELLO } }], (answer) => assert.strictEqual(answer, permission)],
    ['largeFunctionHelper', () => [client, permission, 'story', { functionName: 'big', handler: 'index.handler', runtime: 'nodejs12' }, {}, true], ({ data }) => assert.strictEqual(data.codeChecksum, CHECKSUM)],
    ['deleteFunction', ['story', 'big'], () => {}],
    ['publishLayerVersionForBigCode', [`big-${layer}`, { compatibleRuntime: ['nodejs12'], codeConfig: { size: 321, zipFilePath: HELLO } }], ({ data }) => assert.strictEqual(data.codeChecksum, CHECKSUM)],
    ['deleteLayerVersion', [`big-${layer}`, 1], () => {}],
    ['deleteCustomDomain', ['story.example.com'], () => {}],
    ['deleteTrigger', ['story', 'f', 't'], () => {}],
    ['deleteAlias', ['story', 'prod'], () => {}],
    ['deleteVersion', ['story', '1'], () => {}],
    ['deleteFunction', ['story', 'f'], () => {}],
    ['deleteService', ['story'], () => {}],
  ];

  for (const [method, args, check] of story) {
    row(CLIENT, `${method} ${way}`, async () => check(await client[method](...(typeof args === 'function' ? args() : args))));
  }

  /** Something to call and to have a shell in: made, used, removed. */
  async function withFunction(body) {
    await client.createService('shell');
    await client.createFunction('shell', FUNCTION);
    try {
      await new Promise(body);
    } finally {
      await client.deleteFunction('shell', 'f');
      await client.deleteService('shell');
    }
  }

  // What carries the calls, what helps them, and a shell into an instance.
  const REFUSED = { code: 'InstanceNotFound', why: 'no instance has that id' };

  const others = {
    constructor: () => assert.throws(() => new FC('16530750', {}), /accessKeyID/),
    getSignature: () => assert.match(FC.getSignature('LTAI-test', 'secret', 'GET', '/2016-08-15/services', { date: 'now' }), /^FC LTAI-test:[\w+/]{43}=$/),
    buildHeaders: () => assert.strictEqual(client.buildHeaders()['x-fc-account-id'], '16530750'),
    normalizeParams: () => {
      const params = { functionName: 7, memorySize: '128' };
      client.normalizeParams(params);
      assert.deepStrictEqual(params, { functionName: '7', memorySize: 128 });
    },
    post: async () => assert.strictEqual((await client.post('/services', { serviceName: 'raw' })).data.serviceName, 'raw'),
    get: async () => assert.strictEqual((await client.get('/services/raw')).data.serviceName, 'raw'),
    put: async () => assert.strictEqual((await client.put('/services/raw', { description: 'd' })).data.description, 'd'),
    request: async () => assert.strictEqual((await client.request('GET', '/services/raw')).data.description, 'd'),
    delete: async () => {
      await client.delete('/services/raw');
      await assert.rejects(client.get('/services/raw'), { code: 'ServiceNotFound' });
    },
    invokeFunction: () => withFunction(async (done, fail) => {
      client.invokeFunction('shell', 'f', 'event').then(({ data }) => assert.strictEqual(data, 'hello from f')).then(done, fail);
    }),
  };

  for (const [method, body] of Object.entries(others)) {
    row(CLIENT, `${method} ${way}`, body);
  }

  row(CLIENT, `websocket ${way}`, () => withFunction((done, fail) => {
    const socket = client.websocket('/services/shell/functions/f/instances/c-1/exec', {});
    socket.on('open', () => fail(new Error('it opened')));
    socket.on('error', () => {}); // what closing it before it opened ends in
    socket.on('unexpected-response', (_, response) => {
      socket.close();
      return response.statusCode === 404 ? done() : fail(new Error(`status ${response.statusCode}`));
    });
  }), REFUSED);
  row(CLIENT, `instanceExec ${way}`, () => withFunction((done, fail) => {
    const onError = (error) => (error.message.startsWith("instance 'c-1'") ? done() : fail(error));
    client.instanceExec('shell', 'f', '', 'c-1', {}, { onError }).catch(fail);
  }), REFUSED);

  return new Set([...story.map(([method]) => method), ...Object.keys(others), 'websocket', 'instanceExec']);
}

let told;
Object.entries(WAYS).forEach(([way, config], at) => {
  told = drive(way, new FC('16530750', config), `layer-${at}`);
});

test('no public method is missing', () => {
  assert.deepStrictEqual(Object.getOwnPropertyNames(FC.prototype).filter((name) => !told.has(name)), []);
});
