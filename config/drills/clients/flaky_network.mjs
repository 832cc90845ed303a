// Ten reads. `careful` takes a call without a whole answer for a failure and tries again; `naive` lets it end the program.
import { invoke } from './fc.mjs';

const careful = process.argv[2] === 'careful';

for (let i = 0; i < 10; i++) {
  for (let attempt = 0; ; attempt++) {
    try {
      await invoke('read');
      break;
    } catch (failure) {
      if (!careful || attempt === 4) throw failure;
    }
  }
}
