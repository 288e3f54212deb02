/* How much customers spend. */

'use strict';

const { column, count, number } = require('./native');
const { handleOf, opener } = require('./handle');

const open = opener('spend_model');
const expectedSpend = number(
  'int32_t loyalty_spend_model_expected_spend(const loyalty_spend_model *model, ' +
    'uint32_t transactions, double mean)',
);
const expectedSpendOf = column(
  'int32_t loyalty_spend_model_expected_spend_batch(const loyalty_spend_model *model, ' +
    'const loyalty_summary *summary, size_t threads)',
);

class SpendModel extends handleOf('spend_model') {
  /** Reads the file once in a process, for all its workers, and again after it has changed. */
  static open(path) {
    return new SpendModel(open(path));
  }

  expectedSpend(transactions, mean) {
    return expectedSpend(this.handle, count('transactions', transactions), mean);
  }

  expectedSpendOf(summary, threads = 1) {
    const call = (customers) => expectedSpendOf(summary.length, this.handle, customers, threads);
    return this.during(() => summary.during(call));
  }
}

module.exports = { SpendModel };
