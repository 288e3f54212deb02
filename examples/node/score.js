/*
 * Scores customers with models that were fitted elsewhere, say in Python.
 *
 *     npm install && node score.js PURCHASES.json SPEND.json CUSTOMERS.csv > scores.csv
 *
 * CUSTOMERS.csv has the columns frequency, recency, T and monetary_value, in the unit of the model.
 * Needs libloyalty.so.0 where the loader finds it.
 */

'use strict';

const fs = require('node:fs');
const koffi = require('koffi');

const library = koffi.load('libloyalty.so.0');
for (const type of ['loyalty_purchase_model', 'loyalty_spend_model', 'loyalty_error']) {
  koffi.opaque(type);
}

const message = library.func(
  'size_t loyalty_error_message(const loyalty_error *error, _Out_ uint8_t *buffer, size_t length)',
);
const freeError = library.func('void loyalty_error_free(loyalty_error *error)');

/** A function by its declaration without the last parameter, which takes the error. */
function declare(declaration) {
  const call = library.func(declaration.replace(/\)$/, ', _Out_ loyalty_error **error)'));
  return (...rest) => {
    const error = [null];
    if (call(...rest, error) === 0) return;
    const text = Buffer.alloc(512);
    message(error[0], text, text.length);
    freeError(error[0]);
    throw new Error(text.toString('utf8', 0, text.indexOf(0)));
  };
}

/** A function with one number as its result. */
function number(declaration) {
  const call = declare(declaration);
  return (...rest) => {
    const out = [0];
    call(...rest, out);
    return out[0];
  };
}

/** Loads a model of any kind; it lives until the process ends. */
function loader(type) {
  const call = declare(`int32_t ${type}_load(const char *path, _Out_ ${type} **out)`);
  return (path) => {
    const out = [null];
    call(path, out);
    return out[0];
  };
}

const loadPurchases = loader('loyalty_purchase_model');
const loadSpend = loader('loyalty_spend_model');
const pAlive = number(
  'int32_t loyalty_purchase_model_p_alive(const loyalty_purchase_model *model, uint32_t x, ' +
    'double t_x, double T, _Out_ double *out)',
);
const expectedPurchases = number(
  'int32_t loyalty_purchase_model_expected_purchases(const loyalty_purchase_model *model, ' +
    'uint32_t x, double t_x, double T, double horizon, _Out_ double *out)',
);
const expectedSpend = number(
  'int32_t loyalty_spend_model_expected_spend(const loyalty_spend_model *model, ' +
    'uint32_t transactions, double mean, _Out_ double *out)',
);

const [purchasesFile, spendFile, customers] = process.argv.slice(2);
const purchases = loadPurchases(purchasesFile);
const spend = loadSpend(spendFile);
const [header, ...rows] = fs.readFileSync(customers, 'utf8').trim().split('\n');
const names = header.split(',');
console.log('p_alive,expected_purchases_39,expected_spend');
for (const row of rows) {
  const values = row.split(',').map(Number);
  const { frequency, recency, T, monetary_value: mean } = Object.fromEntries(
    names.map((name, column) => [name, values[column]]),
  );
  console.log(
    [
      pAlive(purchases, frequency, recency, T),
      expectedPurchases(purchases, frequency, recency, T, 39),
      expectedSpend(spend, frequency, mean),
    ].join(','),
  );
}
