// Ten payments. `careful` backs off with full jitter; `naive` tries again at once.
import { invoke, sleep } from './fc.mjs';

const careful = process.argv[2] === 'careful';

for (let i = 0; i < 10; i++) {
  let paid = false;
  for (let attempt = 0; attempt < 12 && !paid; attempt++) {
    paid = (await invoke('pay')).status === 200;
    if (!paid && careful) await sleep(155 + Math.random() * 100 * 2 ** Math.min(attempt, 3));
  }
  if (!paid) throw new Error('a payment is lost');
}
