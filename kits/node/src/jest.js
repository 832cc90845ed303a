// Jest with an account for each test: test('name', { fault: [...] }, async (cloud) => { ... })
import { parts, stopShared, withAccount } from './shared.js';

export { attach, start } from './index.js';

const { afterAll, test: plain } = globalThis;

afterAll(stopShared);

function made(how) {
  return (...words) => {
    const { name, options: { timeout, ...options }, body } = parts(...words);
    const inner = withAccount(options, body);
    return how(name, () => inner(), timeout); // Jest takes a parameter for a callback
  };
}

export const test = Object.assign(made(plain), { only: made(plain.only), skip: made(plain.skip), concurrent: made(plain.concurrent) });
export const it = test;
