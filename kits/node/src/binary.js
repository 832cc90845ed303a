// Where the daemon's binary is.
import { existsSync, openSync, readSync, closeSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The daemon did not start, or refused what it was asked; the text is its own. */
export class FcemuError extends Error {
  name = 'FcemuError';
}

function packed() {
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve(`fcemu-${process.platform}-${process.arch}/package.json`));
    return path.join(folder, 'bin', 'fcemu');
  } catch {
    return undefined;
  }
}

// Our own command in PATH would start itself again.
function isProgram(file) {
  if (!existsSync(file)) return false;
  const head = Buffer.alloc(4);
  const descriptor = openSync(realpathSync(file));
  try {
    readSync(descriptor, head, 0, 4, 0);
  } finally {
    closeSync(descriptor);
  }
  return head.toString('latin1') === '\x7fELF';
}

/** FCEMU_BINARY, the one of the package for this machine, or the one in PATH. */
export function binary() {
  const found = process.env.FCEMU_BINARY || packed()
    || (process.env.PATH ?? '').split(':').map((folder) => path.join(folder, 'fcemu')).find(isProgram);
  if (!found) {
    throw new FcemuError(`there is no fcemu here: fcemu-${process.platform}-${process.arch} is not installed, FCEMU_BINARY is not set, and PATH has none`);
  }
  return found;
}
