import type { TestContext, TestOptions } from 'node:test';
import type { Account } from './index.js';
import type { Struck } from './shared.js';

export { attach, start } from './index.js';

type Body = (t: TestContext, cloud: Account) => unknown;
interface Run {
  (name: string, body: Body): Promise<void>;
  (name: string, options: TestOptions & Struck, body: Body): Promise<void>;
}

/** node:test's own, with an account for each test. */
export const test: Run & { only: Run; skip: Run; todo: Run };
export const it: typeof test;
