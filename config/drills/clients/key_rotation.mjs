// Six calls. `careful` reads its credentials again when its key is refused; `naive` tries again with the same one first.
import { invoke } from './fc.mjs';

const careful = process.argv[2] === 'careful';
let key = 'LTAI-old';

for (let i = 0; i < 6; i++) {
  for (let attempt = 0; attempt < 5; attempt++) {
    if ((await invoke('report', { key })).status === 200) break;
    if (careful || attempt === 3) key = 'LTAI-new'; // what the credentials file says by now
  }
}
