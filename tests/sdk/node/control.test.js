// Every public method of @alicloud/fc2, in the order of a life: a service and all that hangs on it, made, read, changed, removed.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const FC = require('@alicloud/fc2');
const { assert, row, port } = require('./results');

const CLIENT = '@alicloud/fc2';
const client = new FC('16530750', { accessKeyID: 'LTAI-test', accessKeySecret: 'secret', region: 'cn-shanghai', endpoint: `http://127.0.0.1:${port}` });
const arn = 'acs:fc:cn-shanghai:16530750:services/story';
const ZIP = fs.readFileSync(path.join(__dirname, '..', 'hello.zip')).toString('base64');
const FUNCTION = { functionName: 'f', handler: 'index.handler', runtime: 'nodejs12', memorySize: 128, timeout: 10, code: { zipFile: ZIP } };
const TRIGGER = { triggerName: 't', triggerType: 'timer', triggerConfig: { payload: 'p', cronExpression: '@every 1h', enable: false } };

let layerArn;

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
  ['publishLayerVersion', ['layer', { compatibleRuntime: ['nodejs12'], Code: { zipFile: ZIP } }], ({ data }) => assert.strictEqual((layerArn = data.arn) && data.version, 1)],
  ['listLayers', [{}], ({ data }) => assert.strictEqual(data.layers.length, 1)],
  ['listLayerVersions', ['layer'], ({ data }) => assert.strictEqual(data.layers.length, 1)],
  ['getLayerVersion', ['layer', 1], ({ data }) => assert.strictEqual(data.version, 1)],
  ['getLayerVersionByArn', () => [layerArn], ({ data }) => assert.strictEqual(data.version, 1)],
  ['putLayerACL', ['layer', { public: true }], () => {}],
  ['deleteLayerVersion', ['layer', 1], () => {}],
  ['listInstances', ['story', 'f'], ({ data }) => assert.ok(Array.isArray(data.instances))],
  ['listReservedCapacities', [{}], ({ data }) => assert.ok(Array.isArray(data.reservedCapacities))],
  ['getAccountConfigs', [{ config: ['CodeSizeLimit'] }], ({ data }) => assert.ok(data.CodeSizeLimit > 0)],
  ['getTempBucketToken', [], ({ data }) => assert.ok(data.ossBucket)],
  ['getTempCodeBucketPermission', ['story', 'f', 'e1'], ({ data }) => assert.ok(data)],
  ['getAccountSettings', [], ({ data }) => assert.ok(Array.isArray(data.availableAZs))],
  ['deleteCustomDomain', ['story.example.com'], () => {}],
  ['deleteTrigger', ['story', 'f', 't'], () => {}],
  ['deleteAlias', ['story', 'prod'], () => {}],
  ['deleteVersion', ['story', '1'], () => {}],
  ['deleteFunction', ['story', 'f'], () => {}],
  ['deleteService', ['story'], () => {}],
];

for (const [method, args, check] of story) {
  row(CLIENT, method, async () => check(await client[method](...(typeof args === 'function' ? args() : args))));
}

// Not operations of the service, or shown elsewhere.
const OTHERS = {
  constructor: 'makes the client',
  buildHeaders: 'a helper',
  normalizeParams: 'a helper',
  request: 'carries every call',
  get: 'carries every call',
  post: 'carries every call',
  put: 'carries every call',
  delete: 'carries every call',
  websocket: 'carries instanceExec',
  instanceExec: 'needs a running instance',
  invokeFunction: 'fc2.test.js',
  largeFunctionHelper: 'uploads through OSS',
  uploadCodeToTmpOssBucket: 'uploads through OSS',
  publishLayerVersionForBigCode: 'uploads through OSS',
};

test('no public method is missing', () => {
  const told = new Set([...story.map(([method]) => method), ...Object.keys(OTHERS)]);
  assert.deepStrictEqual(Object.getOwnPropertyNames(FC.prototype).filter((name) => !told.has(name)), []);
});
