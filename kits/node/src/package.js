// Code packages: what people have as code, as the bytes of a zip file.
import { constants, accessSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import zlib from 'node:zlib';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const MADE_BY_UNIX = 0x031e;
const NEEDED = 20;
const UTF8 = 0x0800;
const STORED = 0;
const FIRST_DAY = 0x0021; // 1980-01-01: the same files are the same package

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});

function crc32(bytes) {
  if (zlib.crc32) return zlib.crc32(bytes);
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

// What the local and the central head of a member share.
function facts(name, content) {
  const out = Buffer.alloc(26);
  out.writeUInt16LE(NEEDED, 0);
  out.writeUInt16LE(UTF8, 2);
  out.writeUInt16LE(STORED, 4);
  out.writeUInt16LE(FIRST_DAY, 8);
  out.writeUInt32LE(crc32(content), 10);
  out.writeUInt32LE(content.length, 14);
  out.writeUInt32LE(content.length, 18);
  out.writeUInt16LE(name.length, 22);
  return out;
}

function number32(value) {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value >>> 0);
  return out;
}

/** A zip file of [name, content, executable]. */
function zip(files) {
  const members = [];
  const directory = [];
  let offset = 0;
  for (const [title, content, executable] of files.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = Buffer.from(title);
    const shared = facts(name, content);
    const member = Buffer.concat([number32(LOCAL), shared, name, content]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((executable ? 0o100755 : 0o100644) * 0x10000, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([number32(CENTRAL), Buffer.from([MADE_BY_UNIX & 0xff, MADE_BY_UNIX >> 8]), shared, rest, name]));
    members.push(member);
    offset += member.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...members, central, number32(END), end]);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function folder(root) {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  return Promise.all(files.map(async (file) => [path.relative(root, file), await readFile(file), isExecutable(file)]));
}

/** `code`: a folder, a zip file, its bytes, or { 'index.js': 'source' }. */
export async function pack(code) {
  if (code instanceof Uint8Array) return Buffer.from(code);
  if (typeof code === 'string' || code instanceof URL) {
    const found = code instanceof URL ? code.pathname : code;
    return (await stat(found)).isDirectory() ? zip(await folder(found)) : readFile(found);
  }
  return zip(Object.entries(code).map(([name, text]) => [name, Buffer.from(text), name === 'bootstrap']));
}
