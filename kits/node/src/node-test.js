// node:test with an account for each test: test('name', { fault: [...] }, async (t, cloud) => { ... })
import { after, test as plain } from 'node:test';
import { parts, stopShared, withAccount } from './shared.js';

export { attach, start } from './index.js';

after(stopShared);

function made(how) {
  return (...words) => {
    const { name, options: { fault, files, ...options }, body } = parts(...words);
    const inner = withAccount({ fault, files }, (cloud, t) => body(t, cloud));
    return how(name, options, (t) => inner(t));
  };
}

export const test = Object.assign(made(plain), { only: made(plain.only), skip: made(plain.skip), todo: made(plain.todo) });
export const it = test;
