// `fcemu react` over the classic client: it calls once, whatever comes, and the code comes through where the body says ErrorCode
// (spec/faults.md §3.1).
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { assert, row } = require('./results');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fcemu-react-'));
const answers = path.join(folder, 'answer.yaml');
fs.writeFileSync(answers, "version: 1\nrules: [{id: answer, do: {respond: {status: 200, body: '{}'}}}]\n");

for (const call of ['invoke', 'list']) {
  row('@alicloud/fc2', `react: ${call}`, async () => {
    const out = execFileSync(process.env.FCEMU_BINARY, ['react', '--fixtures', answers, '--network', '--parallel', '4', '--json', '--',
      process.execPath, path.join(__dirname, 'app_reactions.js'), call], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const { cells } = JSON.parse(out);
    // What needs a second call, or code that runs, does not strike this program.
    const struck = cells.filter(({ sdk }) => sdk);
    assert.ok(struck.length >= 25, `${struck.length} cells`);
    for (const cell of struck) {
      assert.deepStrictEqual([cell.sdk, cell.attempts_most, cell.gaps_ms, cell.ending], ['node', 1, [], 'exit 1'], cell.injected);
      const lost = /, errorCode$/.test(cell.injected);
      assert.strictEqual(cell.code, cell.code && (lost ? 'lost' : 'kept'), cell.injected);
    }
    assert.ok(cells.some(({ injected, code }) => injected === 'InternalServerError' && code === 'kept'));
    assert.ok(cells.some(({ injected, code }) => injected === 'InvalidArgument, errorCode' && code === 'lost'));
  });
}
