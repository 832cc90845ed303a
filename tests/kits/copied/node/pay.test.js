import { test } from 'fcemu/node-test';
import { call } from './shop.js'; // what is tested: it takes a client and retries

test("pay survives", { fault: ["ResourceThrottled", { function: "pay", times: 2 }] }, async (t, cloud) => {
  await cloud.stub("pay", { json: { ok: true } });
  await call(cloud.client(), "{\"n\":1}");
  await cloud.verify({ calls: { match: { function: "pay" }, eq: 3 } });
});
