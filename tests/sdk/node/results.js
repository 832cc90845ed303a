'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { test } = require('node:test');

/** Append a row: result is "ok", "expected CODE" with the reason, or what went wrong. */
function note(client, method, result, why = '') {
  fs.appendFileSync(process.env.FCEMU_RESULTS, `${JSON.stringify({ client, method, result, note: why })}\n`);
}

/** A node:test that also leaves a row in the table. `refusal`, {code, why}, is what body() must find when nothing else is due. */
function row(client, method, body, refusal) {
  test(`${client} ${method}`, async () => {
    let result = refusal ? `expected ${refusal.code}` : 'ok';
    try {
      await body();
    } catch (error) {
      result = `${error.name}: ${error.message}`.split('\n')[0];
      throw error;
    } finally {
      note(client, method, result, refusal ? refusal.why : '');
    }
  });
}

module.exports = { assert, row, note, documented: JSON.parse(process.env.FCEMU_DOCUMENTED), port: process.env.FCEMU_PORT };
