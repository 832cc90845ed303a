import type { TestAPI } from 'vitest';
import type { Account, Files } from './index.js';
import type { Fault } from './shared.js';

export { attach, start } from './index.js';

interface Fixtures {
  /** An account of this test's own. */
  cloud: Account;
  /** What strikes it from the start; set it with test.scoped({ fault: […] }). */
  fault: Fault;
}

/** A `test` whose daemon has these files. */
export function testWith(files?: Files): TestAPI<Fixtures>;
export const test: TestAPI<Fixtures>;
export const it: typeof test;
