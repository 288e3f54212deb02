'use strict';

const { LoyaltyError } = require('./lib/native');
const { Status, Unit, TimeScale } = require('./lib/codes');
const { Summary } = require('./lib/summary');
const { Discounting } = require('./lib/discounting');
const { PurchaseModel } = require('./lib/purchases');
const { SpendModel } = require('./lib/spend');
const { Lines } = require('./lib/lines');
const { ReturnPropensity } = require('./lib/returns');
const { Behaviours } = require('./lib/behaviours');
const { Selection } = require('./lib/selection');

module.exports = {
  Behaviours,
  Discounting,
  Lines,
  LoyaltyError,
  PurchaseModel,
  ReturnPropensity,
  Selection,
  SpendModel,
  Status,
  Summary,
  TimeScale,
  Unit,
};
