import assert from 'node:assert/strict';
import { test } from 'fcemu/node-test';
import { charge, Unknown } from './shop.js';

const FUNCTION = new URL('functions/charge', import.meta.url);
const calls = { operation: 'InvokeFunction' };

async function ready(cloud) {
  await cloud.deploy('charge', FUNCTION);
  return cloud.client();
}

test('an order is charged', async (t, cloud) => {
  assert.deepEqual(await charge(await ready(cloud), '4711'), { charged: '4711' });
});

test('throttling is waited out', { fault: ['ResourceThrottled', { ...calls, times: 2 }] }, async (t, cloud) => {
  assert.deepEqual(await charge(await ready(cloud), '4711', 10), { charged: '4711' });
  await cloud.verify({ calls: { match: calls, eq: 3 }, backoff: { match: calls, first_gap: { gte: '10ms' } } });
});

test('a lost answer is no second charge', { fault: [{ close: { at: 'headers' }, effect: 'done' }, { ...calls, times: 1 }] }, async (t, cloud) => {
  await assert.rejects(charge(await ready(cloud), '4711'), Unknown);
  await cloud.verify({ calls: { match: calls, eq: 1 }, duplicates: { match: calls, eq: 0 } });
});
