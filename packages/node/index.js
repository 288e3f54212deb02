'use strict';

const { LoyaltyError } = require('./lib/native');
const { Contact, Occasion, Status, TimeScale, Unit } = require('./lib/codes');
const { Summary } = require('./lib/summary');
const { Discounting } = require('./lib/discounting');
const { PurchaseModel } = require('./lib/purchases');
const { SpendModel } = require('./lib/spend');
const { Lines } = require('./lib/lines');
const { ReturnPropensity } = require('./lib/returns');
const { Behaviours } = require('./lib/behaviours');
const { Selection } = require('./lib/selection');
const { LedgerBasis } = require('./lib/basis');
const { CustomerRecord } = require('./lib/record');
const { CheckOut } = require('./lib/checkout');

module.exports = {
  Behaviours,
  CheckOut,
  Contact,
  CustomerRecord,
  Discounting,
  LedgerBasis,
  Lines,
  LoyaltyError,
  Occasion,
  PurchaseModel,
  ReturnPropensity,
  Selection,
  SpendModel,
  Status,
  Summary,
  TimeScale,
  Unit,
};
