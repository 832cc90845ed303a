// What the kits of the frameworks share: one daemon for their process, and the calls of a failed test in its error.
import { attach, start } from './daemon.js';

let running;

// In a container where an image is named, by a module that is loaded only then.
async function begin({ image, ...files }) {
  return image ? (await import('./testcontainers.js')).start({ image, ...files }) : start(files);
}

/** The daemon at FCEMU_ATTACH, or one of this process's own with the files, or of the image, that were named. */
export function shared(files = {}) {
  running ??= process.env.FCEMU_ATTACH ? attach(process.env.FCEMU_ATTACH, files) : begin(files);
  return running;
}

export async function stopShared() {
  const daemon = await running?.catch(() => undefined);
  running = undefined;
  await daemon?.stop();
}

/** Append the calls of an account to what went wrong. */
export async function tell(error, account) {
  const lines = await account.story().catch((problem) => [`  ${problem.message}`, account.daemon.log()]);
  const text = `\n\ncalls of account ${account.number}:\n${lines.join('\n')}\n`;
  if (typeof error !== 'object' || error === null || String(error.message).includes('calls of account')) return;
  const { message } = error;
  const stack = String(error.stack);
  error.message = message + text;
  error.stack = message && stack.includes(message) ? stack.replace(message, () => message + text) : `${stack}${text}`;
}

/** Strike an account as one fault or a list of them says. */
export async function strike(account, fault = []) {
  const several = Array.isArray(fault[0]) ? fault : [fault];
  for (const [what, options] of several) if (what) await account.fault(what, options);
}

/** A body of a test that has an account of its own: struck as `fault` says, told of when it fails, reset behind it. */
export function withAccount({ fault, files }, body) {
  return async (...context) => {
    const account = (await shared(files)).account();
    try {
      await strike(account, fault);
      return await body(account, ...context);
    } catch (error) {
      await tell(error, account);
      throw error;
    } finally {
      await account.reset();
    }
  };
}

/** The words of test(name, options, body), of which the options may be left out. */
export function parts(name, options, body) {
  return typeof options === 'function' ? { name, options: {}, body: options } : { name, options: options ?? {}, body };
}
