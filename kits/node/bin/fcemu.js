#!/usr/bin/env node
// `npx fcemu`: the binary of this package, in our place where Node.js can do that, else beside us with our signals.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { binary } from '../src/binary.js';

const program = binary();
const words = process.argv.slice(2);

if (process.execve) {
  process.execve(program, [program, ...words], process.env);
}
const child = spawn(program, words, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => child.kill(signal));
}
child.on('error', (problem) => {
  console.error(`fcemu: ${problem.message}`);
  process.exit(126);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
