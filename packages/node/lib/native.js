/* The C library: its functions, and its refusals as errors of JavaScript. */

'use strict';

const koffi = require('koffi');
const { Status } = require('./codes');

const library = koffi.load('libloyalty.so.0');
const types = [
  'behaviours',
  'check_out',
  'customer_record',
  'discounting',
  'error',
  'ledger_basis',
  'lines',
  'orders',
  'purchase_model',
  'return_propensity',
  'selection',
  'spend_model',
  'summary',
];
for (const type of types) koffi.opaque(`loyalty_${type}`);

/** A struct, of which only sizes and places are used: its bytes stand in memory of C. */
const struct = (name, fields) => koffi.struct(name, fields);

struct('loyalty_ids', {
  numbers: 'const int64_t *',
  offsets: 'const int64_t *',
  data: 'const char *',
});

/** The library's reason: the message names the file, column, row and value, and what is allowed. */
class LoyaltyError extends Error {
  /** @param {number} status one of Status */
  constructor(status, message) {
    super(message);
    this.name = 'LoyaltyError';
    this.status = status;
  }
}

const func = (declaration) => library.func(declaration);
const errorMessage = func(
  'size_t loyalty_error_message(const loyalty_error *error, _Out_ uint8_t *buffer, size_t length)',
);
const freeError = func('void loyalty_error_free(loyalty_error *error)');

/** Throws what a call has said. */
function check(status, error) {
  if (status === 0) return;
  const text = Buffer.alloc(1024);
  errorMessage(error[0], text, text.length);
  freeError(error[0]);
  error[0] = null;
  throw new LoyaltyError(status, text.toString('utf8', 0, text.indexOf(0)));
}

const withError = (declaration) => declaration.replace(/\)$/, ', _Out_ loyalty_error **error)');

/** A function by its declaration without the last parameter, which takes the error. */
function declare(declaration) {
  const call = func(withError(declaration));
  const error = [null];
  return (...rest) => check(call(...rest, error), error);
}

/** The same in a thread of its own: a promise. */
function declareAsync(declaration) {
  const call = func(withError(declaration));
  return (...rest) =>
    new Promise((resolve, reject) => {
      const error = [null];
      call.async(...rest, error, (failure, status) => {
        try {
          if (failure) throw failure;
          check(status, error);
          resolve();
        } catch (reason) {
          reject(reason);
        }
      });
    });
}

/** A function with one number as its result, which stands behind its parameters. */
function number(declaration) {
  const call = declare(declaration.replace(/\)$/, ', double *out)'));
  const out = new Float64Array(1);
  return (...rest) => {
    call(...rest, out);
    return out[0];
  };
}

/** A function that fills a column, whose place and length stand behind its parameters: a promise of it. */
function column(declaration) {
  const call = declareAsync(declaration.replace(/\)$/, ', void *out, size_t length)'));
  return async (rows, ...rest) => {
    const place = koffi.alloc('double', Math.max(rows, 1));
    try {
      await call(...rest, place, rows);
      return new Float64Array(koffi.view(place, 8 * rows)).slice();
    } finally {
      koffi.free(place);
    }
  };
}

/** The same at once, for a few rows. */
function columnNow(declaration) {
  const call = declare(declaration.replace(/\)$/, ', double *out, size_t length)'));
  return (rows, ...rest) => {
    const out = new Float64Array(rows);
    call(...rest, out, rows);
    return out;
  };
}

/** A count as C's uint32_t. */
function count(name, value) {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
  throw new LoyaltyError(
    Status.PARAMETER,
    `${name} must be a whole number from 0 to 4294967295, got ${value}`,
  );
}

module.exports = { LoyaltyError, column, columnNow, count, declare, func, koffi, number, struct };
