// Charges orders by a function. Throttling is waited out; what may have been done is not repeated.
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import fc from '@alicloud/fc20230330';

const ATTEMPTS = 4;
const WORTH_A_RETRY = ['ResourceExhausted', 'ResourceThrottled'];

/** The answer was lost: nobody knows whether the order is charged. Look before it is charged again. */
export class Unknown extends Error {}

export async function charge(client, order, pauseMs = 200) {
  for (let attempt = 0; ; attempt++) {
    try {
      const body = Readable.from([Buffer.from(JSON.stringify({ order }))]);
      const answer = await client.invokeFunction('charge', new fc.InvokeFunctionRequest({ body }));
      return await json(answer.body);
    } catch (error) {
      if (!WORTH_A_RETRY.includes(error.code)) throw new Unknown(order, { cause: error });
      if (attempt === ATTEMPTS - 1) throw error;
      await setTimeout(pauseMs * 2 ** attempt);
    }
  }
}
