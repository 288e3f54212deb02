/* What a check-out asks of the models. */

'use strict';

const {
  Behaviours,
  CheckOut,
  CustomerRecord,
  LedgerBasis,
  Lines,
  PurchaseModel,
  ReturnPropensity,
  SpendModel,
} = require('loyalty');

const MARGIN = 0.3;

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

/** Order lines of one basket. */
function linesOf(customer, basket, day, order = 0) {
  const all = (value) => basket.map(() => value);
  const category = basket.map((line) => line.category);
  return Lines.of({
    customer: all(customer),
    product: basket.map((line) => line.product),
    time: all(day),
    price: basket.map((line) => line.price),
    order: all(lineId(order, 0)),
    line: basket.map((_, place) => lineId(order, place)),
    category,
    categories: { category },
  });
}

/** The bytes of a customer's record after an order. */
function withOrder(bytes, lines) {
  return changed(bytes, (record) => record.addLines(lines));
}

/** The bytes of a customer's record after a line came back. */
function withReturn(bytes, line, day) {
  return changed(bytes, (record) => record.addReturns([line], [day]));
}

function changed(bytes, change) {
  const record = recordOf(bytes);
  change(record);
  const after = record.toBytes();
  record.close();
  return after;
}

const recordOf = (bytes) =>
  bytes === null ? CustomerRecord.empty() : CustomerRecord.fromBytes(bytes);

class Models {
  constructor(folder) {
    this.folder = folder;
    this.reload();
  }

  /** Opens what has changed since; what has not is the same object of C. */
  reload() {
    const { folder } = this;
    this.returns = ReturnPropensity.open(`${folder}/returns.json`);
    // The shop of this example lives on the day on which its log ends; a real one takes today's.
    this.day = this.returns.today;
    this.checkOut = CheckOut.of({
      purchases: PurchaseModel.open(`${folder}/purchases.json`),
      spend: SpendModel.open(`${folder}/spend.json`),
      basis: LedgerBasis.open(`${folder}/basis.json`),
      behaviours: Behaviours.open(`${folder}/behaviours.json`),
      customaryTreatments: true,
      margin: MARGIN,
      annualDiscountRate: 0.1,
      gross: true,
    });
  }

  /** What is known of a customer and of the basket before them, and what is decided for them. */
  score(customer, basket, bytes) {
    const { day, returns } = this;
    const lines = linesOf(customer, basket, day);
    const record = recordOf(bytes);
    const score = this.checkOut.score(record, day, { returns, basket: lines });
    record.close();
    lines.close();
    return {
      pAlive: score.pAlive,
      clv: score.clv,
      returns: score.returns,
      label: score.primary,
      decision: score.treatment,
    };
  }
}

module.exports = { Models, lineId, linesOf, readBasket, withOrder, withReturn };
