// build.mjs OUTPUT.inc: bundles the page, compresses each file and writes them as rows of a C table, below a line that names the packages in it.
// A word that the page says and that has no Chinese ends the build.
import { build } from 'esbuild';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { zh } from './src/lib/chinese.js';

const here = dirname(fileURLToPath(import.meta.url));
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };

/** Every text that t('…') names in the sources. */
function words() {
  const said = new Set();
  const files = readdirSync(join(here, 'src'), { recursive: true }).filter((name) => name.endsWith('.js'));
  for (const file of files) {
    for (const found of readFileSync(join(here, 'src', file), 'utf8').matchAll(/\bt\('((?:[^'\\]|\\.)*)'/g)) {
      said.add(found[1].replace(/\\'/g, "'"));
    }
  }
  return said;
}

function checkWords() {
  const said = words();
  const missing = [...said].filter((word) => !(word in zh));
  const unused = Object.keys(zh).filter((word) => !said.has(word));
  if (missing.length || unused.length) {
    throw new Error(`src/lib/chinese.js lacks ${JSON.stringify(missing)} and has in vain ${JSON.stringify(unused)}`);
  }
}

function rows(files) {
  return files.map(({ name, bytes }) => {
    const packed = gzipSync(bytes, { level: 9 });
    packed[9] = 255; // the system that packed it: unknown, so that each machine gives the same bytes
    const octal = [...packed].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`);
    const lines = [];
    for (let at = 0; at < octal.length; at += 24) lines.push(`     "${octal.slice(at, at + 24).join('')}"`);
    return `    {"${name}", "${TYPES[name.split('.').pop()]}", ${packed.length},\n${lines.join('\n')}},\n`;
  }).join('');
}

/** NAME@VERSION of each package that went in: the software bill of materials has it from here. */
function packages({ inputs }) {
  const names = new Set(Object.keys(inputs).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
  return [...names].sort().map((name) => {
    const { version } = JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8'));
    return `${name}@${version}`;
  });
}

checkWords();
const result = await build({
  entryPoints: [join(here, 'src/page.js'), join(here, 'src/page.css')],
  bundle: true, minify: true, write: false, metafile: true, format: 'esm', target: 'es2021', legalComments: 'none',
  outdir: here, entryNames: '[name]', logLevel: 'warning',
});
const files = result.outputFiles.map(({ path, contents }) => ({ name: path.split('/').pop(), bytes: contents }));
files.push({ name: 'index.html', bytes: readFileSync(join(here, 'src/index.html')) });
files.sort((a, b) => (a.name < b.name ? -1 : 1));
writeFileSync(process.argv[2], `/* packages: ${packages(result.metafile).join(' ')} */\n${rows(files)}`);
