'use strict';
/*
 * Runs a Node.js function: frames with the daemon over descriptor 3, user code in between.
 *
 * A frame is <length u32><kind u8><3 bytes 0><call u32> and its payload, little-endian; see
 * src/invoke/frame.h. Source: spec page invocation, section 8.4 and its corrections.
 */
const net = require('net');
const path = require('path');
const fs = require('fs');
const util = require('util');
const { AsyncLocalStorage } = require('async_hooks');
const { Readable } = require('stream');
const { pathToFileURL } = require('url');

const HEAD = 12;
const ID_AT = '{"requestId":"'.length;
const HANDLED = 1;
const UNHANDLED = 2;
const CHANNEL = 3;
const READ_BYTES = 65536;
const ANSWER = 97; // 'a'
const CALL = 67; // 'C'
// Read into one buffer again and again: what comes is copied out of it.
const channel = new net.Socket({ fd: CHANNEL, onread: { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback: onBytes } });
const { writeSync } = fs; // as it is before user code
const calls = new Map(); // running, by number
const storage = new AsyncLocalStorage();

let load = null;
let generation = 20; // of the runtime that was asked for: what its name says
let entry = null;
let lastRequestId = '';

const small = Buffer.allocUnsafeSlow(READ_BYTES); // frames are put together in it

function putHead(frame, kind, call, length) {
  frame.writeUInt32LE(length, 0);
  frame.writeUInt32LE(kind, 4);
  frame.writeUInt32LE(call, 8);
}

function send(kind, call, ...parts) {
  const head = Buffer.allocUnsafe(HEAD);
  const rest = Buffer.concat(parts);
  putHead(head, kind.charCodeAt(0), call, rest.length);
  write(Buffer.concat([head, rest]));
}

/** The common answer, without a new object. */
function sendAnswer(call, bytes) {
  const length = HEAD + bytes.length;
  if (length > READ_BYTES || channel.writableLength > 0) {
    send('a', call, bytes);
    return;
  }
  putHead(small, ANSWER, call, bytes.length);
  small.set(bytes, HEAD);
  let sent = 0;
  try {
    sent = writeSync(CHANNEL, small, 0, length);
  } catch (error) {
    sent = 0;
  }
  if (sent < length) channel.write(Buffer.from(small.subarray(sent, length)));
}

/** Past the stream as far as the socket takes it, which costs a tenth; errors and the rest are the stream's. */
function write(bytes) {
  let sent = 0;
  if (channel.writableLength === 0) {
    try {
      sent = writeSync(CHANNEL, bytes);
    } catch (error) {
      sent = 0;
    }
  }
  if (sent < bytes.length) channel.write(bytes.subarray(sent));
}

// ---- console ----

// What was printed before the answer is in the log before its end; and a full pipe waits for its reader.
for (const stream of [process.stdout, process.stderr]) {
  if (stream._handle && stream._handle.setBlocking) stream._handle.setBlocking(true);
}

function currentId() {
  const call = storage.getStore();
  return call ? call.requestId : lastRequestId;
}

function printer(level) {
  return (...values) => {
    const text = util.format(...values).replace(/\n/g, '\r');
    process.stdout.write(`${new Date().toISOString()} ${currentId()} [${level}] ${text}\n`);
  };
}

const levels = { log: 'verbose', info: 'info', warn: 'warn', error: 'error', debug: 'debug', trace: 'verbose' };
for (const name of Object.keys(levels)) console[name] = printer(levels[name]);

const ORDER = ['debug', 'verbose', 'info', 'warn', 'error'];
const [DEBUG, VERBOSE, INFO, WARN, ERROR] = ORDER.keys();
const prints = ORDER.map(printer);

/** Each call has its own level. */
function makeLogger() {
  let least = 0;
  const printFrom = (level, values) => {
    if (level >= least) prints[level](...values);
  };
  return {
    setLogLevel(level) {
      least = Math.max(0, ORDER.indexOf(String(level).toLowerCase()));
    },
    log: (...values) => printFrom(VERBOSE, values),
    debug: (...values) => printFrom(DEBUG, values),
    info: (...values) => printFrom(INFO, values),
    warn: (...values) => printFrom(WARN, values),
    error: (...values) => printFrom(ERROR, values),
  };
}

// ---- errors ----

/** What a user throws may itself fail, or be no text, when it is looked at. */
function tried(look, otherwise) {
  try {
    return look();
  } catch (error) {
    return otherwise;
  }
}

function isError(value) {
  return util.types.isNativeError(value) || tried(() => value instanceof Error, false);
}

function stackOf(error) {
  const lines = String(error.stack).split('\n');
  const own = lines.filter((line) => !line.includes(__filename));
  return (generation >= 18 ? lines : own).map((line) => line.trimEnd());
}

function shown(value) {
  return typeof value === 'string' ? value : tried(() => util.inspect(value), typeof value);
}

function bodyOf(error, kind) {
  if (!isError(error) && !tried(() => error && typeof error === 'object' && 'stack' in error, false))
    return { errorMessage: shown(error), errorType: kind || 'Error', stackTrace: [] };
  return {
    errorMessage: tried(() => String(error.message), ''),
    errorType: kind || tried(() => String(error.name || 'Error'), 'Error'),
    stackTrace: tried(() => (error.stack ? stackOf(error) : []), []),
  };
}

function unhandledBody(error, kind) {
  const body = bodyOf(error, kind);
  if (generation <= 16) body.errorType = `FunctionUnhandledError: ${body.errorType}`;
  return body;
}

function fail(call, how, body) {
  if (!calls.has(call)) return;
  calls.delete(call);
  const text = JSON.stringify(body);
  process.stdout.write(`${new Date().toISOString()} ${currentId()} [error] ${text}\n`);
  send('e', call, Buffer.from([how]), Buffer.from(text));
}

function failure(kind, message, cause) {
  const error = new Error(message);
  error.stack = cause ? cause.stack : '';
  error.kind = kind;
  return error;
}

// ---- loading ----

function findFile(module) {
  const base = path.join(load.code, module);
  for (const ending of generation >= 18 ? ['.js', '.mjs', '.cjs'] : ['.js']) {
    if (fs.existsSync(base + ending)) return base + ending;
  }
  throw failure('ImportModuleError', `Module '${base}.js' is missing.`);
}

async function importFile(file) {
  try {
    if (file.endsWith('.mjs')) return await import(pathToFileURL(file).href);
    try {
      return require(file);
    } catch (error) {
      if (error && error.code === 'ERR_REQUIRE_ESM' && generation >= 18) return await import(pathToFileURL(file).href);
      throw error;
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw failure('UserCodeSyntaxError', error.message, error);
    if (error && (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND'))
      throw failure('ImportModuleError', error.message, error);
    throw failure('UserCodeError', error && error.message ? error.message : util.inspect(error), error instanceof Error ? error : null);
  }
}

async function findEntry(text) {
  const dot = text.lastIndexOf('.');
  if (dot <= 0 || dot === text.length - 1) throw failure('InvalidHandlerName', `Invalid handler '${text}'`);
  const module = text.slice(0, dot);
  const name = text.slice(dot + 1);
  console.log(`load code for handler:${text}`);
  const exported = await importFile(findFile(module));
  const found = exported[name] || (exported.default && exported.default[name]);
  if (typeof found !== 'function') throw failure('HandlerNotFound', `Handler '${name}' is missing on module '${module}'`);
  return found;
}

// ---- context and results ----

function makeContext(meta) {
  const [accessKeyId, accessKeySecret, securityToken] = meta.credentials || ['', '', ''];
  return {
    requestId: meta.requestId,
    credentials: { accessKeyId, accessKeySecret, securityToken },
    function: load.function,
    service: load.service,
    region: load.region,
    accountId: load.accountId,
    logger: makeLogger(),
    retryCount: meta.retryCount || 0,
    tracing: {
      openTracingSpanContext: meta.spanContext || '',
      openTracingSpanBaggages: { ...meta.spanBaggages },
      jaegerEndpoint: '',
    },
    waitsForEmptyEventLoopBeforeCallback: false,
  };
}

function resultBytes(value) {
  if (value === null || value === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(value)) return value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === 'object') return Buffer.from(JSON.stringify(value));
  return Buffer.from(String(value));
}

/** Answers that wait until nothing is left to do in the event loop. */
const held = new Map();

function hold(call, bytes) {
  held.set(call, bytes);
  channel.unref();
}

process.on('beforeExit', () => {
  channel.ref();
  for (const [call, bytes] of held) {
    if (calls.delete(call)) sendAnswer(call, bytes);
  }
  held.clear();
});

function succeed(call, value, context) {
  if (!calls.has(call) || held.has(call)) return;
  let bytes;
  try {
    bytes = resultBytes(value);
  } catch (error) {
    fail(call, UNHANDLED, unhandledBody(error));
    return;
  }
  if (context && context.waitsForEmptyEventLoopBeforeCallback) {
    hold(call, bytes);
    return;
  }
  calls.delete(call);
  sendAnswer(call, bytes);
}

function callbackOf(call, context) {
  return (error, data) => {
    if (error === null || error === undefined) succeed(call, data, context);
    else if (!held.has(call)) fail(call, HANDLED, isError(error) ? bodyOf(error) : { errorMessage: shown(error), errorType: 'FunctionHandledError' });
  };
}

/** Run f, and take what it throws or, where asked, returns. */
function run(call, takesReturn, f) {
  let result;
  try {
    result = f();
  } catch (error) {
    fail(call, UNHANDLED, unhandledBody(error));
    return;
  }
  if (!result || typeof result.then !== 'function') return;
  result.then(
    (value) => {
      if (takesReturn) succeed(call, value);
    },
    (error) => fail(call, UNHANDLED, unhandledBody(error)),
  );
}

// ---- HTTP form of the first generation ----

const LISTED = new Set(['set-cookie']);
const FIRST_ONLY = new Set([
  'age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host', 'if-modified-since',
  'if-unmodified-since', 'last-modified', 'location', 'max-forwards', 'proxy-authorization', 'referer', 'retry-after', 'user-agent',
]);

function plainHeaders(map) {
  const headers = {};
  for (const [name, values] of Object.entries(map)) {
    const key = name.toLowerCase();
    if (LISTED.has(key)) headers[key] = values;
    else headers[key] = FIRST_ONLY.has(key) ? values[0] : values.join(', ');
  }
  return headers;
}

function makeRequest(http, event) {
  const request = Readable.from(event.length ? [event] : []);
  const headers = plainHeaders(http.headersMap);
  const queries = {};
  for (const [name, values] of Object.entries(http.queriesMap)) queries[name] = values.length > 1 ? values : values[0];
  return Object.assign(request, {
    method: http.method,
    path: http.path,
    url: http.requestURI,
    clientIP: http.clientIP,
    ip: http.clientIP,
    queries,
    headers,
    httpVersion: '1.1',
    getHeader: (name) => headers[String(name).toLowerCase()],
  });
}

async function wholeOf(body) {
  if (body && typeof body.pipe === 'function') {
    const parts = [];
    for await (const part of body) parts.push(Buffer.from(part));
    return Buffer.concat(parts);
  }
  return resultBytes(body);
}

function makeResponse(call) {
  const headers = new Map();
  let status = 200;
  let sent = false;
  return {
    setStatusCode(code) {
      status = code;
    },
    setHeader(name, value) {
      headers.set(String(name).toLowerCase(), [name, (Array.isArray(value) ? value : [value]).map(String)]);
    },
    deleteHeader(name) {
      headers.delete(String(name).toLowerCase());
    },
    hasHeader(name) {
      return headers.has(String(name).toLowerCase());
    },
    send(body) {
      if (sent || !calls.delete(call)) return; // from here on it is answered: what comes behind changes nothing
      sent = true;
      wholeOf(body).then(
        (bytes) => {
          const head = Buffer.from(JSON.stringify({ status, headersMap: Object.fromEntries(headers.values()) }));
          const size = Buffer.allocUnsafe(4);
          size.writeUInt32LE(head.length, 0);
          send('h', call, size, head, bytes);
        },
        (error) => {
          calls.set(call, {});
          fail(call, UNHANDLED, unhandledBody(error));
        },
      );
    },
  };
}

// ---- frames ----

function doLoad(call, payload) {
  load = JSON.parse(payload);
  generation = load.generation;
  if (load.environment) Object.assign(process.env, load.environment); // it waited in reserve
  process.chdir(load.code);
  calls.set(call, {});
  findEntry(load.function.handler).then(
    (found) => {
      entry = found;
      if (calls.delete(call)) send('l', call);
    },
    (error) => fail(call, UNHANDLED, unhandledBody(error, error.kind)),
  );
}

function begin(call, meta) {
  const state = { call, requestId: meta.requestId };
  lastRequestId = meta.requestId;
  calls.set(call, state);
  return state;
}

function within(state, f) {
  if (load.concurrency > 1) storage.run(state, f);
  else f();
}

/** An initializer, or a hook. */
function doHook(call, meta, handler) {
  const state = begin(call, meta);
  findEntry(handler).then(
    (hook) => within(state, () => run(call, generation >= 18, () => hook(makeContext(meta), callbackOf(call)))),
    (error) => fail(call, UNHANDLED, unhandledBody(error, error.kind)),
  );
}

/** What calls bring beside their id is the same from one to the next, mostly. */
let lastRest = '';
let lastMeta = null;

function parseMeta(text) {
  const end = text.indexOf('"', ID_AT);
  const requestId = text.slice(ID_AT, end);
  if (requestId.includes('\\')) return JSON.parse(text);
  const rest = text.slice(end);
  if (rest !== lastRest) {
    lastMeta = JSON.parse(text);
    lastRest = rest;
  }
  lastMeta.requestId = requestId;
  return lastMeta;
}

function doCall(call, meta, event) {
  const context = makeContext(meta);
  within(begin(call, meta), () => {
    if (meta.http) run(call, false, () => entry(makeRequest(meta.http, event), makeResponse(call), context));
    else run(call, generation >= 18, () => entry(event, context, callbackOf(call, context)));
  });
}

function take(kind, call, payload) {
  switch (kind) {
    case 'L':
      doLoad(call, payload);
      break;
    case 'I':
      doHook(call, JSON.parse(payload), load.initializer);
      break;
    case 'K': {
      const meta = JSON.parse(payload);
      doHook(call, meta, meta.handler);
      break;
    }
    default: {
      const end = 4 + payload.readUInt32LE(0);
      doCall(call, JSON.parse(payload.toString('utf8', 4, end)), payload.subarray(end));
    }
  }
}

const waiting = [];
let waitingBytes = 0;

/** The first count bytes of what has come, or null. */
function peek(count) {
  if (waitingBytes < count) return null;
  if (waiting.length > 1 && waiting[0].length < count) waiting.splice(0, waiting.length, Buffer.concat(waiting, waitingBytes));
  return waiting[0];
}

/** One whole call, as nearly always. */
function takeOnly(count, buffer) {
  if (waitingBytes > 0 || count < HEAD + 4 || buffer[4] !== CALL || buffer.readUInt32LE(0) !== count - HEAD) return false;
  const end = HEAD + 4 + buffer.readUInt32LE(HEAD);
  const event = Buffer.allocUnsafe(count - end);
  buffer.copy(event, 0, end, count);
  doCall(buffer.readUInt32LE(8), parseMeta(buffer.toString('utf8', HEAD + 4, end)), event);
  return true;
}

function onBytes(count, buffer) {
  if (takeOnly(count, buffer)) return true;
  waiting.push(Buffer.from(buffer.subarray(0, count)));
  waitingBytes += count;
  for (;;) {
    const head = peek(HEAD);
    if (!head) break;
    const length = head.readUInt32LE(0);
    const whole = peek(HEAD + length);
    if (!whole) break;
    const frame = whole.subarray(0, HEAD + length);
    if (frame.length === whole.length) waiting.shift();
    else waiting[0] = whole.subarray(HEAD + length);
    waitingBytes -= HEAD + length;
    take(String.fromCharCode(frame[4]), frame.readUInt32LE(8), frame.subarray(HEAD));
  }
  return true;
}

channel.on('end', () => process.exit(0));
channel.on('error', () => process.exit(0));

/** Of calls that share the instance it is the one's that it comes from; of one that has its answer it is noted, and the others run on. */
function onStray(error) {
  const own = storage.getStore();
  const running = (own ? [own.call] : [...calls.keys()]).filter((call) => calls.has(call));
  if (running.length === 0) console.error(error);
  for (const call of running) fail(call, UNHANDLED, unhandledBody(error));
}
process.on('uncaughtException', onStray);
process.on('unhandledRejection', onStray);

send('r', 0);
