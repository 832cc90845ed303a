// A client in a few lines, for the drills: one call on a connection of its own, led here by FCEMU_ADDRESS.
import http from 'node:http';

const ACCOUNT = '16530750';
const [host, port] = process.env.FCEMU_ADDRESS.split(':');

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Status, headers and body; rejects when there is no whole answer.
export function invoke(name, { body = '{}', region = 'cn-shanghai', timeout = 10000, key = 'LTAI-any', asynchronous = false } = {}) {
  return new Promise((done, fail) => {
    const headers = { host: `${ACCOUNT}.${region}.fc.aliyuncs.com`, authorization: `FC ${key}:none` };
    if (asynchronous) headers['x-fc-invocation-type'] = 'Async';
    const request = http.request(
      { host, port, method: 'POST', path: `/2016-08-15/services/demo/functions/${name}/invocations`, headers, agent: false },
      (answer) => {
        let text = '';
        answer.on('data', (piece) => { text += piece; });
        answer.on('error', fail);
        answer.on('end', () => (answer.complete ? done({ status: answer.statusCode, headers: answer.headers, body: text }) : fail(new Error('cut'))));
      },
    );
    request.setTimeout(timeout, () => request.destroy(new Error('time-out')));
    request.on('error', fail);
    request.end(body);
  });
}
