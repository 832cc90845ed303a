import type { FaultOptions, Files, Outcome } from './index.js';

/** One fault, or a list of them: 'ResourceThrottled', ['ResourceThrottled', { times: 2 }], [[…], […]]. */
export type Fault = [] | [Outcome, FaultOptions?] | [Outcome, FaultOptions?][];

export interface Struck {
  fault?: Fault;
  /** Files of the daemon, which starts with the first test of the process. */
  files?: Files;
}
