// What the copied test tests: a call that waits throttling out.
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import fc from '@alicloud/fc20230330';

export async function call(client, payload) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await client.invokeFunction('pay', new fc.InvokeFunctionRequest({ body: Readable.from([Buffer.from(payload)]) }));
    } catch (error) {
      if (attempt === 3 || error.code !== 'ResourceThrottled') throw error;
      await setTimeout(10);
    }
  }
}
