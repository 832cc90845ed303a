// axe-core in a page whose Content-Security-Policy lets no script in: it runs where the driver's own scripts do.
'use strict';

const fs = require('node:fs');

const source = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

class AxeBuilder {
  constructor({ page }) {
    this.page = page;
  }

  async analyze() {
    await this.page.evaluate(source);
    return this.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  }
}

module.exports = { AxeBuilder };
