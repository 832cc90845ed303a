import type { Account } from './index.js';
import type { Struck } from './shared.js';

export { attach, start } from './index.js';

type Body = (cloud: Account) => unknown;
interface Run {
  (name: string, body: Body): void;
  (name: string, options: Struck & { timeout?: number }, body: Body): void;
}

/** Jest's own, with an account for each test. */
export const test: Run & { only: Run; skip: Run; concurrent: Run };
export const it: typeof test;
