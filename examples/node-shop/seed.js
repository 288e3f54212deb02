/* Fills the database of a new shop from what models.py has exported. */

'use strict';

const fs = require('node:fs');
const { openStore } = require('./store');

/** Each customer and the bytes of their record. */
function* records(path) {
  for (const row of fs.readFileSync(path, 'utf8').trim().split(/\r?\n/).slice(1)) {
    const [customer, record] = row.split(',');
    yield [Number(customer), Buffer.from(record, 'hex')];
  }
}

async function main() {
  const store = openStore();
  if (await store.isNew()) await store.seed(records(`${process.env.SHOP_FOLDER}/records.csv`));
  process.exit();
}

main();
