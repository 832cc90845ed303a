// The daemon in a container: a second way to start, where there is no binary for this machine.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FcemuError } from './binary.js';
import { Daemon } from './daemon.js';

const { version } = createRequire(import.meta.url)('../package.json');
const PORT = 8252;
const CONFIG = '/etc/fcemu/config';
const READY_WITHIN = '60s';
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];
const TRUSTING = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'];

export const IMAGE = `fcemu:${version}-full`;

// The project's own, wherever this package lies.
function load() {
  try {
    return createRequire(path.join(process.cwd(), 'package.json'))('testcontainers');
  } catch (problem) {
    if (problem.code !== 'MODULE_NOT_FOUND') throw problem;
    throw new Error('testcontainers is not installed: npm install testcontainers', { cause: problem });
  }
}

const { GenericContainer, Wait } = load();

/** A container of the image. FCEMU_IMAGE names another; a configuration of your own decides who may call (auth.mode, allow_users). */
export class FcemuContainer extends GenericContainer {
  #token = randomBytes(16).toString('hex');
  #region;
  #log = '';

  constructor(image = process.env.FCEMU_IMAGE || IMAGE, { config, region, ...lists } = {}) {
    super(image);
    this.#region = region;
    const words = ['serve', '--config', `${CONFIG}/${config ? 'own' : 'tests'}.yaml`, '--data', '/var/lib/fcemu', '--ca-dir', '/var/lib/fcemu-ca', '--listen', `:${PORT}`];
    const shared = config ? [[config, `${CONFIG}/own.yaml`]] : [];
    for (const name of ['faults', 'fixtures', 'seeds']) {
      for (const [number, file] of [lists[name] ?? []].flat().entries()) {
        const place = `${CONFIG}/own/${name}-${number}${path.extname(String(file))}`;
        shared.push([file, place]);
        words.push(`--${name}`, place);
      }
    }
    // Waiting for its port would go on for a minute behind a start that failed, and keep the process from its end.
    this.withExposedPorts(PORT).withEnvironment({ FCEMU_TOKEN: this.#token }).withCommand(words).withWaitStrategy(Wait.forSuccessfulCommand(`fcemu wait --within ${READY_WITHIN}`))
      .withCopyFilesToContainer(shared.map(([file, target]) => ({ source: realpathSync(file), target })))
      .withLogConsumer((stream) => stream.on('data', (chunk) => { this.#log += chunk; }));
  }

  /** A daemon that accepts calls, its seeds included; its stop() ends the container. */
  async startDaemon() {
    const container = await this.start().catch((problem) => {
      throw new FcemuError(this.#log.trim() || problem.message, { cause: problem });
    });
    try {
      return await this.#daemon(container);
    } catch (problem) {
      await container.stop();
      throw problem;
    }
  }

  async #daemon(container) {
    const url = `http://${container.getHost()}:${container.getMappedPort(PORT)}`;
    const folder = mkdtempSync(path.join(tmpdir(), 'fcemu-ca-'));
    const ca = path.join(folder, 'ca.pem');
    const end = async () => {
      rmSync(folder, { recursive: true, force: true });
      await container.stop();
    };
    const env = { ...Object.fromEntries(PROXIES.map((name) => [name, url])), ...Object.fromEntries(TRUSTING.map((name) => [name, ca])) };
    const daemon = new Daemon(url, {
      env: { ...env, FCEMU_ADDRESS: url.replace('http://', '') }, ca, log: () => this.#log, region: this.#region, token: this.#token, end,
    });
    writeFileSync(ca, await daemon.ask('GET', '/_fcemu/ca.pem'));
    return daemon;
  }
}

/** Start a daemon of our own in a container: image, and config, faults, fixtures, seeds, region as start() of the kit takes them. */
export function start({ image, ...files } = {}) {
  return new FcemuContainer(image, files).startDaemon();
}
