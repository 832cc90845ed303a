// A folder as a zip whose files are stored: what a browser can send, and every unpacker reads.
import { bytes as sizeOf } from './parts.js';
import { t } from './words.js';

const CODE_MAX = 64 << 20;

/** What is too large is said before it is read. */
export function checkSize(bytes) {
  if (bytes > CODE_MAX) throw new Error(t('larger than {size}', { size: sizeOf(CODE_MAX) }));
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

function crcOf(bytes) {
  let crc = ~0;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255];
  return ~crc >>> 0;
}

function record(fields) {
  const size = fields.reduce((sum, [bytes]) => sum + bytes, 0);
  const view = new DataView(new ArrayBuffer(size));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

const STARTS = ['PK\x03\x04', 'PK\x05\x06']; // with files, and without

/** The service takes any bytes; what is no zip would fail at the first call. */
export async function checkZip(name, blob) {
  const start = String.fromCharCode(...new Uint8Array(await blob.slice(0, 4).arrayBuffer()));
  if (!STARTS.includes(start)) throw new Error(t('{name} is no zip', { name }));
}

/** `files`: [{name, bytes, executable}]; a Blob. */
export function zip(files) {
  const UTF8 = 0x0800;
  const UNIX = 0x0314;
  const parts = [];
  const central = [];
  let offset = 0;
  for (const { name, bytes, executable } of files) {
    const title = new TextEncoder().encode(name);
    const common = [[2, UTF8], [2, 0], [2, 0], [2, 0x21], [4, crcOf(bytes)], [4, bytes.length], [4, bytes.length], [2, title.length], [2, 0]];
    const mode = (executable ? 0o100755 : 0o100644) * 65536;
    parts.push(record([[4, 0x04034b50], [2, 20], ...common]), title, bytes);
    central.push(record([[4, 0x02014b50], [2, UNIX], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, mode >>> 0], [4, offset]]), title);
    offset += 30 + title.length + bytes.length;
  }
  const size = central.reduce((sum, part) => sum + part.length, 0);
  return new Blob([...parts, ...central, record([[4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, offset], [2, 0]])]);
}

const SHEBANG = [0x23, 0x21];
const ELF = [0x7f, 0x45];
const isProgram = (bytes) => [SHEBANG, ELF].some(([a, b]) => bytes[0] === a && bytes[1] === b);

async function fileOf(file, name) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { name, bytes, executable: isProgram(bytes) };
}

/** What an <input webkitdirectory> holds, without the folder's own name. */
export async function fromInput(list) {
  checkSize([...list].reduce((sum, file) => sum + file.size, 0));
  return Promise.all([...list].map((file) => fileOf(file, file.webkitRelativePath.split('/').slice(1).join('/') || file.name)));
}

async function walk(entry, path, out) {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => { entry.file(done, failed); });
    checkSize(out.reduce((sum, { bytes }) => sum + bytes.length, file.size));
    out.push(await fileOf(file, path + entry.name));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((done, failed) => { reader.readEntries(done, failed); });
    if (!some.length) return;
    for (const one of some) await walk(one, `${path}${entry.name}/`, out);
  }
}

/** What was dropped: {name, blob}, a zip as it is, a folder's content as a zip. */
export async function fromDrop(transfer) {
  const entry = transfer.items[0] && transfer.items[0].webkitGetAsEntry && transfer.items[0].webkitGetAsEntry();
  if (!entry || entry.isFile) return { name: transfer.files[0].name, blob: transfer.files[0] };
  const files = [];
  await walk(entry, '', files);
  return { name: entry.name, blob: zip(files.map((file) => ({ ...file, name: file.name.slice(entry.name.length + 1) }))) };
}
