/* When customers buy. */

'use strict';

const { column, count, func, number } = require('./native');
const { handleOf, opener } = require('./handle');

const open = opener('purchase_model');
const unit = func('int32_t loyalty_purchase_model_unit(const loyalty_purchase_model *model)');
const pAlive = number(
  'int32_t loyalty_purchase_model_p_alive(const loyalty_purchase_model *model, uint32_t x, ' +
    'double t_x, double T)',
);
const expectedPurchases = number(
  'int32_t loyalty_purchase_model_expected_purchases(const loyalty_purchase_model *model, ' +
    'uint32_t x, double t_x, double T, double horizon)',
);
const pAliveOf = column(
  'int32_t loyalty_purchase_model_p_alive_batch(const loyalty_purchase_model *model, ' +
    'const loyalty_summary *summary, size_t threads)',
);
const expectedPurchasesOf = column(
  'int32_t loyalty_purchase_model_expected_purchases_batch(const loyalty_purchase_model *model, ' +
    'const loyalty_summary *summary, double horizon, size_t threads)',
);

class PurchaseModel extends handleOf('purchase_model') {
  /** Reads the file once in a process, for all its workers, and again after it has changed. */
  static open(path) {
    return new PurchaseModel(open(path));
  }

  get unit() {
    return unit(this.handle);
  }

  pAlive(frequency, recency, T) {
    return pAlive(this.handle, count('frequency', frequency), recency, T);
  }

  expectedPurchases(frequency, recency, T, horizon) {
    return expectedPurchases(this.handle, count('frequency', frequency), recency, T, horizon);
  }

  pAliveOf(summary, threads = 1) {
    const call = (customers) => pAliveOf(summary.length, this.handle, customers, threads);
    return this.during(() => summary.during(call));
  }

  expectedPurchasesOf(summary, horizon, threads = 1) {
    const call = (customers) =>
      expectedPurchasesOf(summary.length, this.handle, customers, horizon, threads);
    return this.during(() => summary.during(call));
  }
}

module.exports = { PurchaseModel };
