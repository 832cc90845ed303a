// Three charges. `careful` asks what became of one whose answer is lost; `naive` charges again.
import { invoke } from './fc.mjs';

const careful = process.argv[2] === 'careful';

for (let order = 0; order < 3; order++) {
  const body = JSON.stringify({ order });
  try {
    await invoke('charge', { body });
  } catch {
    await invoke(careful ? 'charge-status' : 'charge', { body });
  }
}
