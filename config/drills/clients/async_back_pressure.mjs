// Two mails into the queue. `careful` waits as long as Retry-After says; `naive` tries again after a tenth of a second.
import { invoke, sleep } from './fc.mjs';

const careful = process.argv[2] === 'careful';

for (let i = 0; i < 2; i++) {
  for (;;) {
    const { status, headers } = await invoke('mail', { asynchronous: true });
    if (status < 300) break;
    await sleep(careful ? Number(headers['retry-after'] ?? 0) * 1000 + 50 : 100);
  }
}
