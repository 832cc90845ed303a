/** The daemon did not start, or refused what it was asked; the text is its own. */
export class FcemuError extends Error {}

/** What is global was asked of a daemon that others may use. */
export class NotYourOwn extends FcemuError {}

export interface Files {
  /** Configuration of the daemon. */
  config?: string;
  faults?: string | string[];
  fixtures?: string | string[];
  seeds?: string | string[];
  /** Of the accounts; `cn-hangzhou`. */
  region?: string;
  /** With the kits of frameworks: in a container of this image, by testcontainers. */
  image?: string;
}

/** Keys of a rule's `match`: a text, a glob, a list of them, or what docs/faults.md says. */
export interface Match {
  operation?: unknown;
  service?: unknown;
  function?: unknown;
  region?: unknown;
  api?: unknown;
  [key: string]: unknown;
}

/** What `do` of a rule can say. */
export type Outcome = string | { [key: string]: unknown };

export interface FaultOptions extends Match {
  /** Strike the first so many calls. */
  times?: number;
  /** Gates of the rule. */
  when?: { [gate: string]: unknown };
  /** What else a rule may hold: id, ttl, priority, limit. */
  rule?: { [key: string]: unknown };
}

export interface StubOptions extends Match {
  body?: string | Uint8Array;
  json?: unknown;
  status?: number;
  headers?: Record<string, string>;
}

export interface DeployOptions {
  runtime?: string;
  handler?: string;
  /** A function of 2021-04-06 in this service; without, one of 2023-03-30. */
  service?: string;
  [member: string]: unknown;
}

/** A folder, a zip file, its bytes, or sources by their names. */
export type Code = string | URL | Uint8Array | Record<string, string | Uint8Array>;

/** A call as the journal shows it. */
export interface Call {
  number: number;
  request_id: string;
  time: string;
  duration_ms: number;
  status: number;
  operation: string | null;
  api: string;
  account: string;
  region: string;
  method: string;
  path: string;
  service: string | null;
  function: string | null;
  code?: string | null;
  rule: string | null;
  attempt: number | null;
  [field: string]: unknown;
}

export interface Rule {
  readonly id: string;
  /** matched, reached, fired and the rest, as they are now. */
  counters(): Promise<{ matched: number; reached: number; fired: number; [name: string]: unknown }>;
  fired(): Promise<number>;
  remove(): Promise<void>;
}

export type Assertions = { [assertion: string]: { [term: string]: unknown } };

/** An account of a daemon. All that is done here meets calls of this account alone, and reset() undoes it. */
export class Account {
  private constructor();
  readonly daemon: Daemon;
  readonly number: string;
  readonly region: string;
  /** HOST:PORT/@region/account, the endpoint of official clients. */
  readonly endpoint: string;
  /** The same with http:// in front. */
  readonly url: string;
  /** The name that the real service would have. */
  readonly host: string;
  /** Variables that lead clients of a program you start here by their real names. */
  readonly env: Record<string, string>;

  /** An official client of your project, ready: @alicloud/fc20230330, @alicloud/fc-open20210406 or @alicloud/fc2. */
  client(api?: '2023-03-30' | '2021-04-06' | '2016-08-15', config?: object): any;
  /** Answer calls of a function without running anything. */
  stub(name: string, options?: StubOptions): Promise<Rule>;
  /** Strike calls: a documented code, or what `do` of a rule can say. */
  fault(what: Outcome, options?: FaultOptions): Promise<Rule>;
  /** Calls of this account, oldest first, by the filters of the journal. */
  calls(filters?: Record<string, string | number | boolean>): Promise<Call[]>;
  /** Judge them; rejects with AssertionError, also when nothing happened that could be judged. */
  verify(assertions: Assertions | Assertions[], options?: { within?: string }): Promise<void>;
  /** The last calls, a line each. */
  story(limit?: number): Promise<string[]>;
  /** Create a function, or give one new code. */
  deploy(name: string, code: Code, options?: DeployOptions): Promise<any>;
  /** Let so much time pass: '5h'. Only with a daemon of your own. */
  advanceClock(by: string): Promise<any>;
  /** Disable every rule and release every held call. Only with a daemon of your own. */
  stopAll(): Promise<void>;
  reset(): Promise<void>;
}

export class Daemon implements AsyncDisposable {
  private constructor();
  readonly url: string;
  readonly address: string;
  readonly region: string;
  readonly env: Record<string, string>;
  /** Certificate of its authority; undefined for one that was there before. */
  readonly ca: string | undefined;
  /** This process started it. */
  readonly own: boolean;
  /** An account that no other test uses, or the one of this number. */
  account(number?: string | number, region?: string): Account;
  log(): string;
  /** One call of the control side, JSON both ways; refused with FcemuError unless its status is in `accept`. */
  ask(method: string, path: string, body?: unknown, options?: { accept?: number[] }): Promise<any>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Start a daemon of your own on a free port. It ends with stop(), and with this process however that ends. */
export function start(files?: Files): Promise<Daemon>;
/** A daemon that runs already, perhaps for others too: HOST:PORT or a URL. */
export function attach(address: string, options?: { region?: string; token?: string }): Promise<Daemon>;
/** Where the binary is: FCEMU_BINARY, the package of this machine, or PATH. */
export function binary(): string;
/** A call as one line. */
export function showCall(call: Call): string;
