/*
 * Writes what this package says of the golden models, for scripts/check-languages to compare with the golden files.
 *
 *     cd golden && node conform.js OUT
 */

'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { Worker } = require('node:worker_threads');
const { columns, write } = require('./golden');
const {
  Behaviours,
  CheckOut,
  Contact,
  CustomerRecord,
  Discounting,
  LedgerBasis,
  Lines,
  LoyaltyError,
  PurchaseModel,
  ReturnPropensity,
  Selection,
  SpendModel,
  Summary,
  TimeScale,
  Unit,
} = require('..');

const out = process.argv[2];

async function scores() {
  const golden = columns('scores.csv');
  const purchases = PurchaseModel.open('bg_nbd.json');
  const spend = SpendModel.open('gamma_gamma.json');
  const customers = Summary.of({
    frequency: golden.frequency,
    recency: golden.recency,
    T: golden.T,
    monetaryValue: golden.monetary_value,
    unit: purchases.unit,
  });
  const year = Discounting.annual(52, 0.1, Unit.WEEK);
  const history = golden.frequency.map((x, row) => [x, golden.recency[row], golden.T[row]]);
  const table = {
    p_alive: history.map((of) => purchases.pAlive(...of)),
    expected_purchases_39: history.map((of) => purchases.expectedPurchases(...of, 39)),
    expected_spend: history.map(([x], row) => spend.expectedSpend(x, golden.monetary_value[row])),
  };
  // Promises that run side by side, each in a thread of its own.
  const [alive, expected, spent, value] = await Promise.all([
    purchases.pAliveOf(customers),
    purchases.expectedPurchasesOf(customers, 39, 0),
    spend.expectedSpendOf(customers),
    customers.clv(purchases, spend, year, 0.3),
  ]);
  assert.deepEqual(Array.from(alive), table.p_alive);
  assert.deepEqual(Array.from(expected), table.expected_purchases_39);
  assert.deepEqual(Array.from(spent), table.expected_spend);
  assert.deepEqual(customers.clvNow(purchases, spend, year, 0.3), value);
  write(`${out}/scores.csv`, { ...table, clv_52_annual_10_percent: value });
}

function labels() {
  const golden = columns('behaviours.csv');
  const behaviours = Behaviours.open('behaviours.json');
  const table = { primary: [] };
  for (const row of golden.orders.keys()) {
    const ledger = Behaviours.ledgerColumns.map((name) => golden[name][row]);
    const { primary, scores: of } = behaviours.classify(ledger);
    for (const [name, score] of Object.entries(of)) {
      (table[`p_over_${name}`] ??= []).push(score.pOver);
      (table[`impact_${name}`] ??= []).push(score.impact);
    }
    table.primary.push(Behaviours.behaviours.indexOf(primary));
  }
  write(`${out}/behaviours.csv`, table);
}

const basket = (day) =>
  Lines.of({
    customer: [3, 3, 99],
    product: [5, 6, 7n],
    time: [day, day, day],
    price: [19.5, 7.25, 19.5],
    order: [900, 900, 901],
    line: [9001, 9002, 9003],
  });

function decision() {
  const selection = Selection.of({
    gains: { call: [50, 40, 15], letter: [20, 10, 0] },
    capacities: { calls: 2 },
    uses: { calls: { call: 1 } },
  });
  assert.equal(selection.bound, selection.gain);
  const { gain } = selection;
  return {
    choice: selection.choice.map((name) => ['call', 'letter'].indexOf(name)),
    gain: [gain, gain, gain],
  };
}

function checkout() {
  const customers = Summary.ofOrders({
    customer: [1, 2, 1, 3, 1, 2],
    time: [0, 3, 14, 9, 40, 45],
    amount: [10, 20, 30, 5, 50, 7.5],
    unit: Unit.WEEK,
  });
  const { frequency, recency, T, monetaryValue } = customers;
  const model = ReturnPropensity.load('return_propensity.json');
  const { today, openLines } = model;
  const before = model.score(basket(today));
  assert.deepEqual(model.update(basket(today)), before);
  assert.equal(model.openLines, openLines + 3);
  const told = model.updateReturns([9001, 4711], [today, today]);
  assert.deepEqual(told, { counted: 1, unknown: 1 });
  model.advance(today + 1);
  const after = model.score(basket(today + 1));
  model.save(`${out}/moved.json`);
  assert.deepEqual(ReturnPropensity.open(`${out}/moved.json`).score(basket(today + 1)), after);
  const table = { frequency, recency, T, monetary_value: monetaryValue, before, after };
  write(`${out}/checkout.csv`, { ...table, ...decision() });
}

/** The last microsecond of the golden ledger. */
const END = 1767139199999999n;

const checkOut = (treatments) =>
  CheckOut.of({
    purchases: PurchaseModel.open('bg_nbd.json'),
    spend: SpendModel.open('gamma_gamma.json'),
    basis: LedgerBasis.open('ledger_basis.json'),
    behaviours: Behaviours.open('behaviours.json'),
    treatments,
    customaryTreatments: true,
    margin: 0.3,
    annualDiscountRate: 0.1,
  });

/** Each golden customer in one call, and the sentences of what is decided for them. */
function customers() {
  const [models, returns] = [checkOut(), ReturnPropensity.open('return_propensity.json')];
  const lines = basket(returns.today);
  const alone = Array.from(returns.score(lines));
  const record = CustomerRecord.empty();
  const table = {};
  const said = [];
  for (const line of fs.readFileSync('check_out.csv', 'utf8').trim().split('\n').slice(1)) {
    const bytes = Buffer.from(line.slice(0, line.indexOf(',')), 'hex');
    record.read(bytes);
    assert.deepEqual(record.toBytes(), bytes);
    const scale = TimeScale.MICROSECONDS;
    const score = models.score(record, END, { returns, basket: lines, scale });
    const { primary, treatment } = score;
    assert.deepEqual(score.returns, alone);
    assert.equal(score.behaviours[primary ?? 'coupon_user'].labelled, primary !== null);
    const row = {
      p_alive: score.pAlive,
      expected_purchases: score.expectedPurchases,
      expected_spend: score.expectedSpend,
      clv: score.clv,
      primary: Behaviours.behaviours.indexOf(primary),
      treatment: treatment?.number ?? -1,
      treatment_gain: treatment?.gain ?? 0,
      treatment_cost: treatment?.cost ?? 0,
    };
    for (const [name, value] of Object.entries(row)) (table[name] ??= []).push(value);
    said.push(treatment ? `${treatment.name}, ${treatment.channel}: ${treatment.reason}\n` : 'none\n');
  }
  write(`${out}/check_out.csv`, table);
  fs.writeFileSync(`${out}/treatments.txt`, said.join(''));
}

/** What an order, a return and a contact make of an empty record. */
function record() {
  const lines = Lines.of({
    customer: [3, 3, 3],
    product: [5, 6, 7],
    time: [20450, 20450, 20450],
    amount: [39, 7.25, 19.5],
    quantity: [2, 1, 1],
    order: [900, 900, 900],
    line: [9001, 9002, 9003],
    category: ['shoes', 'socks', 'shoes'],
    listAmount: [45, 7.25, 25],
    discount: [4, 0, 5.5],
    makerDiscount: [2, 0, 0],
    coupon: [0, 0, 0],
    offeredDepth: [0.1, 0, 0.25],
    cost: [20, 3, 11],
  });
  const of = CustomerRecord.empty();
  assert.deepEqual(of.addLines(lines), { added: 3, repeated: 0 });
  assert.deepEqual(of.addLines(lines), { added: 0, repeated: 3 });
  assert.equal(of.addReturns([9002, 9003], [20455, 20455], { amount: [7.25, 10] }), 2);
  assert.equal(of.addReturns([9003], [20456]), 0);
  of.addContact(Contact.FIRM_CAUSED, 20453, 4.5);
  of.optOut();
  assert.equal(of.length, 3);
  const score = CheckOut.of({ purchases: PurchaseModel.open('bg_nbd.json'), gross: true }).score(of, 20460);
  assert.deepEqual([score.frequency, score.clv, score.treatment, score.returns], [0, null, null, []]);
  fs.writeFileSync(`${out}/record.txt`, `${of.toBytes().toString('hex')}\n`);
}

function refused() {
  const purchases = PurchaseModel.open('bg_nbd.json');
  const spend = SpendModel.open('gamma_gamma.json');
  const returns = ReturnPropensity.open('return_propensity.json');
  const behaviours = Behaviours.open('behaviours.json');
  const wide = Behaviours.ledgerColumns.map(() => 1);
  const lines = (given) => Lines.of({ customer: [1], product: [2], time: [3], price: [1], ...given });
  const text = { customer: ['a'], product: ['b'], time: [returns.today], price: [9.5] };
  return [
    () => PurchaseModel.open('absent.json'),
    () => PurchaseModel.open('gamma_gamma.json'),
    () => SpendModel.open('bg_nbd.json'),
    () => ReturnPropensity.open('behaviours.json'),
    () => Behaviours.open('return_propensity.json'),
    () => purchases.pAlive(2, 50, 40),
    () => purchases.pAlive(2, NaN, 40),
    () => purchases.expectedPurchases(2, 30, 40, -1),
    () => spend.expectedSpend(3, -5),
    () => Discounting.annual(52, -2, Unit.WEEK),
    () => Summary.of({ frequency: [1], recency: [2], T: [1] }),
    () => Summary.of({ frequency: [1, 2], recency: [2, 3], T: [4] }),
    () => lines({ price: [-1] }),
    () => returns.score(lines(text)),
    () => returns.update(basket(returns.today)),
    () => behaviours.classify([1, 2, 3]),
    () => behaviours.classify([NaN, ...wide.slice(1)]),
    () => Selection.of({ gains: { call: [] } }),
    () => Selection.of({ gains: { call: [50, NaN] } }),
    () =>
      Selection.of({ gains: { call: [50] }, capacities: { calls: -1 }, uses: { calls: { call: 1 } } }),
    () => LedgerBasis.open('behaviours.json'),
    () => CustomerRecord.fromBytes(Buffer.from('LOYR')),
    () => CustomerRecord.empty().addReturns([9], [20453]),
    () => CustomerRecord.empty().addContact(Contact.SERVICE, 30, NaN),
    () => checkOut('[]'),
    () => checkOut().score(CustomerRecord.empty(), 20453, { returns }),
    () => CheckOut.of({ behaviours }).score(CustomerRecord.empty(), 20453),
  ];
}

function refusals() {
  const said = refused().map((call, number) => {
    try {
      call();
    } catch (refusal) {
      if (refusal instanceof LoyaltyError) return `${refusal.status}: ${refusal.message}\n`;
      throw refusal;
    }
    throw new Error(`case ${number} was not refused`);
  });
  fs.writeFileSync(`${out}/refusals.txt`, said.join(''));
}

const of = (value, rows) => new Array(rows).fill(value);

/** What only JavaScript can be told, and what a closed object answers. */
async function ofNodeAlone() {
  const purchases = PurchaseModel.open('bg_nbd.json');
  assert.throws(() => purchases.pAlive(-1, 0, 40), /frequency must be a whole number/);
  assert.throws(() => purchases.pAlive(1.5, 1, 40), /frequency must be a whole number/);
  const columns = { frequency: ['2'], recency: [3], T: [4] };
  assert.throws(() => Summary.of(columns), /column "frequency", row 0: must be a number/);
  const mixed = { customer: [1, 'b'], product: [2, 2], time: [3, 3], price: [1, 1] };
  assert.throws(() => Lines.of(mixed), /column "customer", row 1: must be a whole number/);
  const uses = { cals: { call: 1 } };
  const slip = () => Selection.of({ gains: { call: [1] }, capacities: { calls: 1 }, uses });
  assert.throws(slip, /uses: capacity must be one of calls, got cals/);

  const other = Summary.of({ frequency: [2], recency: [3], T: [4], unit: Unit.DAY });
  await assert.rejects(purchases.pAliveOf(other), LoyaltyError);
  purchases.close();
  purchases.close();
  assert.throws(() => purchases.unit, /this PurchaseModel is closed/);

  const many = Lines.of({ customer: of(3, 100), product: of(5, 100), time: of(20453, 100), price: of(9, 100) });
  const [returns, models] = [ReturnPropensity.open('return_propensity.json'), CheckOut.of({})];
  const scored = models.score(CustomerRecord.empty(), 20453, { returns, basket: many });
  assert.deepEqual(scored.returns, Array.from(returns.score(many)));

  // Text ids and columns of the shop's own, and more rows than the memory for small tables holds.
  const rows = 10000;
  const shop = { customer: of('ä', rows), product: of('b', rows), time: of(3, rows), price: of(1, rows) };
  const given = { categories: { size: of('XL', rows) }, numbers: { age: of(2.5, rows) } };
  assert.equal(Lines.of({ ...shop, ...given }).length, rows);
}

/** Workers open the file of their own accord; one process reads it once. */
async function workers() {
  const answers = await Promise.all(
    [1, 2, 3, 4].map(
      () =>
        new Promise((resolve, reject) => {
          const worker = new Worker(`${__dirname}/worker.js`);
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
}

async function main() {
  await scores();
  labels();
  checkout();
  customers();
  record();
  refusals();
  await ofNodeAlone();
  await workers();
}

main();
