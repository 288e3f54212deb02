/* Customers by their purchases, a row each. */

'use strict';

const { column, columnNow, declare, func } = require('./native');
const { handleOf, maker } = require('./handle');
const { withMemory } = require('./memory');
const { OrderColumns, SummaryColumns, SummaryOptions } = require('./structs');
const { TimeScale, Unit } = require('./codes');

const ofColumns = maker('int32_t loyalty_summary_new(const void *columns)', 'summary');
const ordersOf = maker(
  'int32_t loyalty_orders_new_int(const void *customer, const void *columns)',
  'orders',
);
const freeOrders = func('void loyalty_orders_free(loyalty_orders *orders)');
const summarize = maker(
  'int32_t loyalty_orders_summarize(const loyalty_orders *orders, const void *options)',
  'summary',
);
const length = func('size_t loyalty_summary_len(const loyalty_summary *summary)');
const frequency = declare(
  'int32_t loyalty_summary_frequency(const loyalty_summary *summary, uint32_t *out, size_t length)',
);
const recency = columnNow('int32_t loyalty_summary_recency(const loyalty_summary *summary)');
const age = columnNow('int32_t loyalty_summary_T(const loyalty_summary *summary)');
const money = columnNow('int32_t loyalty_summary_monetary_value(const loyalty_summary *summary)');
const lifetimeValue =
  'int32_t loyalty_clv(const loyalty_purchase_model *purchases, ' +
  'const loyalty_spend_model *spend, const loyalty_summary *summary, ' +
  'const loyalty_discounting *discounting, double margin, size_t threads)';
const clv = column(lifetimeValue);
const clvNow = columnNow(lifetimeValue);

class Summary extends handleOf('summary') {
  /** From columns; monetaryValue may be left out. */
  static of({ frequency: x, recency: last, T, monetaryValue, unit = Unit.NONE }) {
    return withMemory((memory) => {
      const columns = new SummaryColumns(memory);
      const rows = x.length;
      columns.size('rows', rows);
      columns.code('unit', unit);
      columns.doubles('frequency', rows, x);
      columns.doubles('recency', rows, last);
      columns.doubles('T', rows, T);
      columns.doubles('monetary_value', rows, monetaryValue);
      return new Summary(ofColumns(columns.address));
    });
  }

  /** From orders, whatever their order: who, when, and how much was paid. */
  static ofOrders({ customer, time, amount, unit, observationEnd, scale = TimeScale.DAYS }) {
    return withMemory((memory) => {
      const rows = customer.length;
      const columns = new OrderColumns(memory);
      columns.size('rows', rows);
      columns.code('time_scale', scale);
      columns.integers('time', rows, time);
      columns.doubles('amount', rows, amount);
      const options = new SummaryOptions(memory);
      options.code('unit', unit);
      if (observationEnd !== undefined) {
        options.integers('observation_end', 1, [observationEnd]);
      }
      const orders = ordersOf(memory.integers('customer', customer), columns.address);
      try {
        return new Summary(summarize(orders, options.address));
      } finally {
        freeOrders(orders);
      }
    });
  }

  /** The number of customers. */
  get length() {
    return Number(length(this.handle));
  }

  get frequency() {
    const out = new Uint32Array(this.length);
    frequency(this.handle, out, out.length);
    return out;
  }

  get recency() {
    return recency(this.length, this.handle);
  }

  get T() {
    return age(this.length, this.handle);
  }

  get monetaryValue() {
    return money(this.length, this.handle);
  }

  /** The lifetime value of each customer: a promise, worked out beside this thread. */
  clv(purchases, spend, discounting, margin, threads = 1) {
    const models = [purchases.handle, spend.handle, this.handle, discounting.handle];
    const call = () => clv(this.length, ...models, margin, threads);
    return purchases.during(() => spend.during(() => discounting.during(() => this.during(call))));
  }

  /** The same at once, for a few customers. */
  clvNow(purchases, spend, discounting, margin) {
    const models = [purchases.handle, spend.handle, this.handle, discounting.handle];
    return clvNow(this.length, ...models, margin, 1);
  }
}

module.exports = { Summary };
