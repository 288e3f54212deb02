/* Order lines: who ordered what, when, and for how much. */

'use strict';

const { func } = require('./native');
const { handleOf, maker } = require('./handle');
const { mustHave, withMemory } = require('./memory');
const { LineColumns } = require('./structs');
const { TimeScale } = require('./codes');

const linesOf = maker('int32_t loyalty_lines_new(const void *columns)', 'lines');
const length = func('size_t loyalty_lines_len(const loyalty_lines *lines)');

const AMOUNTS = {
  price: 'price',
  quantity: 'quantity',
  amount: 'amount',
  listAmount: 'list_amount',
  discount: 'discount',
  makerDiscount: 'maker_discount',
  coupon: 'coupon',
  offeredDepth: 'offered_depth',
  cost: 'cost',
};

/** Columns with levels, by their names. */
function setCategories(memory, columns, rows, categories) {
  const names = Object.keys(categories);
  if (names.length === 0) return;
  const [block, at] = memory.room(24 * names.length);
  block.bytes.fill(0, at, at + 24 * names.length);
  names.forEach((name, place) => {
    mustHave(rows, name, categories[name]);
    memory.ids(block, at + 24 * place, name, categories[name]);
  });
  columns.pointer('categories', block.base + BigInt(at));
  columns.size('category_count', names.length);
  columns.pointer('category_names', memory.addresses(names.map((name) => memory.text(name))));
}

/** Columns of numbers, by their names. */
function setNumbers(memory, columns, rows, numbers) {
  const names = Object.keys(numbers);
  if (names.length === 0) return;
  const places = names.map((name) => {
    mustHave(rows, name, numbers[name]);
    return memory.doubles(name, numbers[name]);
  });
  columns.pointer('numbers', memory.addresses(places));
  columns.size('number_count', names.length);
  columns.pointer('number_names', memory.addresses(names.map((name) => memory.text(name))));
}

class Lines extends handleOf('lines') {
  static of({ categories = {}, numbers = {}, scale = TimeScale.DAYS, ...given }) {
    return withMemory((memory) => {
      const rows = given.customer.length;
      const columns = new LineColumns(memory);
      columns.size('rows', rows);
      columns.code('time_scale', scale);
      for (const name of ['customer', 'product', 'order', 'line', 'category']) {
        columns.ids(name, rows, given[name]);
      }
      columns.integers('time', rows, given.time);
      for (const [name, field] of Object.entries(AMOUNTS)) columns.doubles(field, rows, given[name]);
      setCategories(memory, columns, rows, categories);
      setNumbers(memory, columns, rows, numbers);
      return new Lines(linesOf(columns.address));
    });
  }

  /** The number of lines. */
  get length() {
    return Number(length(this.handle));
  }
}

module.exports = { Lines };
