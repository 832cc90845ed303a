// Three functions, each once. `careful` waits as long as a cold start takes; `naive` gives up after half a second and calls again.
import { invoke } from './fc.mjs';

const careful = process.argv[2] === 'careful';

for (const name of ['resize', 'convert', 'index']) {
  for (let i = 0; i < 4; i++) {
    try {
      await invoke(name, { timeout: careful ? 30000 : 500 });
      break;
    } catch {
      // again
    }
  }
}
