// What deploy tools do beside Function Compute, with the clients they use: ali-oss for code, @alicloud/pop-core for RAM and STS.
'use strict';

const OSS = require('ali-oss');
const { RPCClient } = require('@alicloud/pop-core');
const { assert, row } = require('./results');

const keys = { accessKeyId: 'LTAI-test', accessKeySecret: 'secret' };

/** Rows of one client, in an order in which each finds what the one before left. */
function rows(client, steps) {
  Object.entries(steps).forEach(([what, body]) => row(client, what, body));
}

for (const secure of [false, true]) {
  const way = secure ? ' by name over HTTPS' : ' by name';
  const client = new OSS({ ...keys, region: 'oss-cn-shanghai', secure });
  const bucket = `ali-oss-${secure ? 'https' : 'http'}`;
  const name = 'code/ä b.zip';

  rows('ali-oss', {
    [`putBucket${way}`]: async () => assert.strictEqual((await client.putBucket(bucket)).res.status, 200),
    [`getBucketLocation${way}`]: async () => assert.strictEqual((await client.getBucketLocation(bucket)).location, 'oss-cn-shanghai'),
    [`getBucketInfo${way}`]: async () => assert.strictEqual((await client.getBucketInfo(bucket)).bucket.Name, bucket),
    [`listBuckets${way}`]: async () => assert.ok((await client.listBuckets()).buckets.some((each) => each.name === bucket)),
    [`put${way}`]: async () => {
      client.useBucket(bucket);
      assert.strictEqual((await client.put(name, Buffer.from('package'), { headers: { 'x-oss-meta-a': '1' } })).res.status, 200);
    },
    [`head${way}`]: async () => assert.strictEqual((await client.head(name)).meta.a, '1'),
    [`get${way}`]: async () => assert.strictEqual((await client.get(name)).content.toString(), 'package'),
    [`getObjectMeta${way}`]: async () => assert.strictEqual((await client.getObjectMeta(name)).res.headers['content-length'], '7'),
    [`list${way}`]: async () => assert.deepStrictEqual((await client.list({ prefix: 'code/' })).objects.map((each) => each.name), [name]),
    [`listV2${way}`]: async () => assert.strictEqual((await client.listV2({ 'max-keys': 10 })).keyCount, 1),
    [`signatureUrl${way}`]: async () => assert.match(client.signatureUrl(name), /Signature=/),
    [`get of none${way}`]: () => assert.rejects(client.get('none'), { code: 'NoSuchKey', status: 404 }),
    [`deleteBucket in use${way}`]: () => assert.rejects(client.deleteBucket(bucket), { code: 'BucketNotEmpty' }),
    [`delete${way}`]: async () => assert.strictEqual((await client.delete(name)).res.status, 204),
    [`deleteMulti${way}`]: async () => {
      const names = ['a&b', '<c>', 'd'];
      await Promise.all(names.map((each) => client.put(each, Buffer.from('x'))));
      assert.deepStrictEqual((await client.deleteMulti(names.slice(0, 2))).deleted.map(({ Key }) => Key), names.slice(0, 2));
      await client.deleteMulti(['d', 'none'], { quiet: true });
      assert.deepStrictEqual((await client.list()).objects || [], []);
    },
    [`deleteBucket${way}`]: async () => assert.strictEqual((await client.deleteBucket(bucket)).res.status, 204),
  });
}

const ram = new RPCClient({ ...keys, endpoint: 'https://ram.aliyuncs.com', apiVersion: '2015-05-01' });
const sts = new RPCClient({ ...keys, endpoint: 'https://sts.aliyuncs.com', apiVersion: '2015-04-01' });
const ROLE = { RoleName: 'pop-role' };
const POLICY = { PolicyName: 'pop-policy' };
const CUSTOM = { ...POLICY, PolicyType: 'Custom' };
const version = async (params) => (await ram.request('CreatePolicyVersion', { ...POLICY, PolicyDocument: '{}', ...params })).PolicyVersion;

// Deploying the same service again and again makes a version of its policy each time, and takes the older ones away before.
rows('@alicloud/pop-core', {
  'GetRole of none': () => assert.rejects(ram.request('GetRole', ROLE), { code: 'EntityNotExist.Role', name: 'EntityNotExist.RoleError' }),
  CreateRole: async () => assert.match((await ram.request('CreateRole', { ...ROLE, AssumeRolePolicyDocument: '{}' })).Role.Arn, /role\/pop-role$/),
  GetRole: async () => assert.strictEqual((await ram.request('GetRole', ROLE)).Role.RoleName, 'pop-role'),
  'GetPolicy of none': () => assert.rejects(ram.request('GetPolicy', CUSTOM), { code: 'EntityNotExist.Policy' }),
  CreatePolicy: async () => assert.strictEqual((await ram.request('CreatePolicy', { ...POLICY, PolicyDocument: '{}' })).Policy.DefaultVersion, 'v1'),
  AttachPolicyToRole: () => ram.request('AttachPolicyToRole', { ...ROLE, ...CUSTOM }, { method: 'POST' }),
  ListPoliciesForRole: async () => assert.deepStrictEqual((await ram.request('ListPoliciesForRole', ROLE)).Policies.Policy.map((each) => each.PolicyName), ['pop-policy']),
  CreatePolicyVersion: async () => {
    for (let number = 2; number <= 5; number++) {
      assert.strictEqual((await version({ SetAsDefault: true })).VersionId, `v${number}`);
    }
    await assert.rejects(version(), { code: 'LimitExceeded.Policy.Version' });
  },
  DeletePolicyVersion: async () => {
    const { PolicyVersions } = await ram.request('ListPolicyVersions', CUSTOM);
    for (const { VersionId, IsDefaultVersion } of PolicyVersions.PolicyVersion) {
      const remove = ram.request('DeletePolicyVersion', { ...POLICY, VersionId });
      await (IsDefaultVersion ? assert.rejects(remove, { code: 'DeleteConflict.Policy.Version' }) : remove);
    }
    assert.strictEqual((await version()).VersionId, 'v6');
  },
  DetachPolicyFromRole: () => ram.request('DetachPolicyFromRole', { ...ROLE, ...CUSTOM }),
  DeletePolicy: () => ram.request('DeletePolicy', POLICY),
  DeleteRole: () => ram.request('DeleteRole', ROLE),
  GetCallerIdentity: async () => assert.strictEqual((await sts.request('GetCallerIdentity', {})).AccountId, '16530750'),
  AssumeRole: async () => {
    const { Credentials } = await sts.request('AssumeRole', { RoleArn: 'acs:ram::16530750:role/any', RoleSessionName: 'tests' }, { method: 'POST' });
    assert.match(Credentials.AccessKeyId, /^STS\./);
  },
});
