'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { test } = require('node:test');

/** A node:test that also leaves a row in the table client × method × result. */
function row(client, method, body) {
  test(`${client} ${method}`, async () => {
    let result = 'ok';
    try {
      await body();
    } catch (error) {
      result = `${error.name}: ${error.message}`.split('\n')[0];
      throw error;
    } finally {
      fs.appendFileSync(process.env.FCEMU_RESULTS, `${JSON.stringify({ client, method, result })}\n`);
    }
  });
}

module.exports = { assert, row, documented: JSON.parse(process.env.FCEMU_DOCUMENTED), port: process.env.FCEMU_PORT };
