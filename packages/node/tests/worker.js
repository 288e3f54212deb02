/* Scores the golden customers in a worker, over and over, and posts the scores. */

'use strict';

const assert = require('node:assert/strict');
const { parentPort } = require('node:worker_threads');
const { columns } = require('./golden');
const { Lines, PurchaseModel, ReturnPropensity } = require('..');

const golden = columns('scores.csv');
const purchases = PurchaseModel.open('bg_nbd.json');
const returns = ReturnPropensity.open('return_propensity.json');
const time = [returns.today];
const score = () => {
  const alive = golden.frequency.map((x, row) =>
    purchases.pAlive(x, golden.recency[row], golden.T[row]),
  );
  const line = Lines.of({ customer: [3], product: [5], time, price: [19.5] });
  return [...alive, ...returns.score(line)];
};

const first = score();
for (let round = 0; round < 50; round++) assert.deepEqual(score(), first);
parentPort.postMessage(first);
