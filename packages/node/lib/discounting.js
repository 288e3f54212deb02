/* How far the future of a lifetime value reaches, and what later money is worth today. */

'use strict';

const { handleOf, maker } = require('./handle');

const annual = maker(
  'int32_t loyalty_discounting_annual(double horizon, double annual_rate, int32_t unit)',
  'discounting',
);

class Discounting extends handleOf('discounting') {
  /** `rate` a year, such as 0.1 for 10 %. */
  static annual(horizon, rate, unit) {
    return new Discounting(annual(horizon, rate, unit));
  }
}

module.exports = { Discounting };
