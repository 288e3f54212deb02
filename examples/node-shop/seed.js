/* Fills the database of a new shop from what models.py has exported. */

'use strict';

const fs = require('node:fs');
const { Behaviours } = require('loyalty');
const { Store } = require('./store');

function table(path) {
  const [header, ...rows] = fs.readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const names = header.split(',');
  return rows.map((row) => {
    const cells = row.split(',');
    return Object.fromEntries(names.map((name, place) => [name, Number(cells[place])]));
  });
}

async function main() {
  const folder = process.env.SHOP_FOLDER;
  const store = new Store();
  if (await store.isNew()) {
    const orders = table(`${folder}/orders.csv`);
    const column = (name) => orders.map((order) => order[name]);
    const ledger = table(`${folder}/ledger.csv`).map((row) => ({
      customer: row.customer,
      cells: Behaviours.ledgerColumns.map((name) => row[name]),
    }));
    const columns = { customer: column('customer'), day: column('day'), amount: column('amount') };
    await store.seed(columns, ledger);
  }
  process.exit();
}

main();
