// Vitest with an account for each test: test('name', async ({ cloud }) => { ... })
import { afterAll, test as plain } from 'vitest';
import { shared, stopShared, strike, tell } from './shared.js';

export { attach, start } from './index.js';

/** A `test` whose daemon has these files: config, faults, fixtures, seeds, region. */
export function testWith(files = {}) {
  return plain.extend({
    // eslint-disable-next-line no-empty-pattern
    fault: async ({}, use) => {
      await use([]);
    },
    cloud: async ({ fault, task }, use) => {
      const account = (await shared(files)).account();
      await strike(account, fault);
      await use(account);
      for (const error of task.result?.errors ?? []) await tell(error, account);
      await account.reset();
    },
  });
}

afterAll(stopShared);

export const test = testWith();
export const it = test;
