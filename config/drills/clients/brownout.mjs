// Sixty searches. `careful` tries again only while retries are below a fifth of the calls; `naive` tries each one up to four times.
import { invoke } from './fc.mjs';

const careful = process.argv[2] === 'careful';
let calls = 0;
let retries = 0;

for (let query = 0; query < 60; query++) {
  calls++;
  for (let attempt = 0; attempt < 4; attempt++) {
    if ((await invoke('search', { body: JSON.stringify({ query }) })).status === 200) break;
    if (careful && retries + 1 > calls * 0.2) break;
    if (attempt < 3) retries++;
  }
}
