/* What a check-out asks of the models. */

'use strict';

const {
  Behaviours,
  Discounting,
  Lines,
  PurchaseModel,
  ReturnPropensity,
  SpendModel,
  Summary,
  Unit,
} = require('loyalty');

const MARGIN = 0.3;
const MICROSECONDS_PER_DAY = 86400000000;

/** A basket as it is asked for: PRODUCT:PRICE:CATEGORY, and so on after commas. */
function readBasket(text) {
  return (text ?? '').split(',').map((line) => {
    const [product, price, category, rest] = line.split(':');
    if (!/^\d+$/.test(product) || !/^\d+(\.\d+)?$/.test(price) || !category || rest !== undefined) {
      throw new RangeError(`a line is PRODUCT:PRICE:CATEGORY, got ${line}`);
    }
    return { product: Number(product), price: Number(price), category };
  });
}

/** Beyond the ids of the simulated log. */
const lineId = (order, place) => 1000000000 + 1000 * order + place;

/** Order lines of one basket, for the model of returns. */
function linesOf(customer, basket, day, order) {
  const all = (value) => basket.map(() => value);
  return Lines.of({
    customer: all(customer),
    product: basket.map((line) => line.product),
    time: all(day),
    price: basket.map((line) => line.price),
    order: all(lineId(order ?? 0, 0)),
    line: order === undefined ? undefined : basket.map((_, place) => lineId(order, place)),
    categories: { category: basket.map((line) => line.category) },
  });
}

class Models {
  constructor(folder) {
    this.folder = folder;
    this.year = Discounting.annual(52, 0.1, Unit.WEEK);
    this.reload();
  }

  /** Opens what has changed since; what has not is the same object of C. */
  reload() {
    this.purchases = PurchaseModel.open(`${this.folder}/purchases.json`);
    this.spend = SpendModel.open(`${this.folder}/spend.json`);
    this.returns = ReturnPropensity.open(`${this.folder}/returns.json`);
    this.behaviours = Behaviours.open(`${this.folder}/behaviours.json`);
    // The shop of this example lives on the day on which its log ends; a real one takes today's.
    this.day = this.returns.today;
  }

  /** What is known of a customer, and of the basket before them. */
  score(customer, basket, { days, amounts, cells }) {
    const lines = linesOf(customer, basket, this.day);
    const returns = Array.from(this.returns.score(lines));
    lines.close();
    const label = cells === null ? null : this.behaviours.classify(cells).primary;
    return { ...this.#value(customer, days, amounts), returns, label };
  }

  #value(customer, days, amounts) {
    if (days.length === 0) return { pAlive: null, clv: null };
    const history = Summary.ofOrders({
      customer: days.map(() => customer),
      time: days,
      amount: amounts,
      unit: Unit.WEEK,
      observationEnd: MICROSECONDS_PER_DAY * this.day,
    });
    const [x, recency, T] = [history.frequency[0], history.recency[0], history.T[0]];
    const [clv] = history.clvNow(this.purchases, this.spend, this.year, MARGIN);
    history.close();
    return { pAlive: this.purchases.pAlive(x, recency, T), clv };
  }
}

module.exports = { Models, lineId, linesOf, readBasket };
