// A daemon of a test's own: started on a free port, and a plain client for it.
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ACCOUNT = '16530750';
const REGION = 'cn-shanghai';

/** Its own folders go with the test, and with them what a killed daemon leaves in the temporary folder. */
const made = [];
process.on('exit', () => made.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

function makeFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fcemu-page-'));
  fs.mkdirSync(path.join(folder, 'tmp'));
  fs.chmodSync(folder, 0o755); // instances of root's daemon are other users
  made.push(folder);
  return folder;
}

class Daemon {
  constructor({ rules, config = '', port = 0, folder } = {}) {
    this.folder = folder || makeFolder();
    this.temporary = folder ? os.tmpdir() : path.join(this.folder, 'tmp');
    this.args = ['serve', '--ready-file', path.join(this.folder, 'ready'), '--config', path.join(this.folder, 'fcemu.yaml')];
    if (!config.includes('listen:')) this.args.push('--listen', `127.0.0.1:${port}`);
    fs.writeFileSync(path.join(this.folder, 'fcemu.yaml'), config);
    if (rules) {
      fs.writeFileSync(path.join(this.folder, 'rules.yaml'), rules);
      this.args.push('--faults', path.join(this.folder, 'rules.yaml'));
    }
  }

  async start() {
    const ready = path.join(this.folder, 'ready');
    fs.rmSync(ready, { force: true });
    this.process = spawn(process.env.FCEMU_BINARY, this.args, { cwd: this.folder, stdio: ['ignore', 'ignore', fs.openSync(path.join(this.folder, 'log'), 'w')], env: { ...process.env, HOME: this.folder, TMPDIR: this.temporary } });
    const ended = once(this.process, 'exit').then(() => { throw new Error(fs.readFileSync(path.join(this.folder, 'log'), 'utf8')); });
    await Promise.race([new Promise((done) => {
      const watch = fs.watch(this.folder, () => { if (fs.existsSync(ready)) { watch.close(); done(); } });
      if (fs.existsSync(ready)) { watch.close(); done(); }
    }), ended]);
    ended.catch(() => {});
    this.port = JSON.parse(fs.readFileSync(ready, 'utf8')).listeners[0].port;
    this.at = `http://127.0.0.1:${this.port}`;
    return this;
  }

  async stop(signal = 'SIGTERM') {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const over = once(this.process, 'exit');
    this.process.kill(signal);
    await over;
  }

  /** A call of the emulated API. */
  call(method, target, body, headers = {}) {
    return fetch(`${this.at}/@${REGION}/${ACCOUNT}/2016-08-15${target}`, { method, body: body && typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify(body) : body, headers });
  }

  async control(method, target, body) {
    const answer = await fetch(`${this.at}/_fcemu${target}`, { method, body: body && JSON.stringify(body), headers: body ? { 'Content-Type': 'application/json' } : {} });
    return answer.json();
  }
}

module.exports = { Daemon, ACCOUNT, REGION };
