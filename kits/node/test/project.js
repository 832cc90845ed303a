// A project that has the kit installed: a folder with the kit's copy in its node_modules, and a TMPDIR that must be empty behind its tests.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const KIT = fileURLToPath(new URL('..', import.meta.url));
const INSTALLED = fileURLToPath(new URL('node_modules', import.meta.url));
const END_MS = 30_000;

/** Until `dead` says so: what is asked to end, or has lost its owner, takes a moment for it. */
export async function untilDead(dead) {
  for (const begun = Date.now(); !(await dead());) {
    assert.ok(Date.now() - begun < END_MS, 'something lives on');
    await new Promise(setImmediate);
  }
}

export class Project {
  constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), 'project-'));
    this.tmp = path.join(this.folder, 'tmp');
    mkdirSync(this.tmp);
    const modules = path.join(this.folder, 'node_modules');
    mkdirSync(modules);
    for (const name of readdirSync(INSTALLED)) {
      if (!name.startsWith('.')) symlinkSync(path.join(INSTALLED, name), path.join(modules, name));
    }
    for (const part of ['package.json', 'src', 'bin']) cpSync(path.join(KIT, part), path.join(modules, 'fcemu', part), { recursive: true });
    this.write('package.json', '{"type": "module"}');
  }

  write(name, text) {
    writeFileSync(path.join(this.folder, name), text);
  }

  read(name) {
    return readFileSync(path.join(this.folder, name), 'utf8');
  }

  has(name) {
    return existsSync(path.join(this.folder, name));
  }

  begin([program, ...words], options = {}) {
    // What node --test tells its children would make a runner in them silent.
    const { NODE_TEST_CONTEXT, ...env } = process.env;
    const child = spawn(program, words, { cwd: this.folder, env: { ...env, TMPDIR: this.tmp, NO_COLOR: '1', ...options.env }, stdio: ['ignore', 'pipe', 'pipe'], detached: options.detached });
    child.said = '';
    for (const part of [child.stdout, child.stderr]) part.on('data', (chunk) => { child.said += chunk; });
    child.closed = new Promise((resolve) => { child.on('close', (code, signal) => resolve(code ?? signal)); }); // the pipes, too
    return child;
  }

  /** To the end: what was said. */
  async run(words, code = 0, options = {}) {
    const child = this.begin(words, options);
    assert.equal(await child.closed, code, child.said);
    await this.nothingIsLeft();
    return child.said;
  }

  /** Processes of this project, by the TMPDIR in their environment. */
  processes() {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
      try {
        return ['environ', 'cmdline'].some((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(this.tmp));
      } catch {
        return false;
      }
    });
  }

  async nothingIsLeft() {
    await untilDead(() => this.processes().length === 0);
    assert.deepEqual(readdirSync(this.tmp).filter((name) => name.startsWith('fcemu')), []);
  }

  remove() {
    rmSync(this.folder, { recursive: true });
  }
}
