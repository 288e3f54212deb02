/* One customer in one call, while they wait at the check-out. */

'use strict';

const { declare, func } = require('./native');
const { handleOf, maker } = require('./handle');
const { Block, withMemory } = require('./memory');
const { BehaviourScore, CheckOutOptions, CustomerScore } = require('./structs');
const { Behaviours, readBehaviours } = require('./behaviours');
const { Occasion, TimeScale } = require('./codes');

const make = maker('int32_t loyalty_check_out_new(const void *options)', 'check_out');
const initScore = func('void loyalty_customer_score_init(void *score, size_t size)');
const score = declare(
  'int32_t loyalty_check_out_score(const loyalty_check_out *check_out, ' +
    'const loyalty_customer_record *record, const char *group, int64_t now, int32_t time_scale, ' +
    'const loyalty_return_propensity *returns, const loyalty_lines *basket, void *score, ' +
    'void *behaviours, size_t behaviour_count, void *return_probabilities, size_t lines)',
);
const treatment = declare(
  'int32_t loyalty_check_out_treatment(const loyalty_check_out *check_out, const void *score, ' +
    'void *name, size_t name_length, void *channel, size_t channel_length, void *reason, ' +
    'size_t reason_length)',
);

const LINES = 64;
const TEXT = 1024;
const COUNT = Behaviours.behaviours.length;

/** Memory of C for what comes back, of one customer after the other. */
class Room {
  constructor(lines) {
    const block = new Block(CustomerScore.size + COUNT * BehaviourScore.size + 3 * TEXT + 8 * lines);
    this.block = block;
    this.lines = lines;
    const place = (bytes) => {
      const at = block.take(bytes);
      return [at, block.base + BigInt(at)];
    };
    [this.scoreAt, this.score] = place(CustomerScore.size);
    [this.behavioursAt, this.behaviours] = place(COUNT * BehaviourScore.size);
    [this.returnsAt, this.returns] = place(8 * lines);
    [this.textsAt, this.texts] = place(3 * TEXT);
    initScore(this.score, CustomerScore.size);
  }

  text(place) {
    const at = this.textsAt + place * TEXT;
    const { bytes } = this.block;
    return Buffer.from(bytes.buffer, bytes.byteOffset + at, TEXT).toString('utf8', 0, bytes.indexOf(0, at) - at);
  }
}

let room = new Room(LINES);

class CheckOut extends handleOf('check_out') {
  /** Models that are left out are left out of the score; behaviours need the basis of their ledger. */
  static of({
    purchases,
    spend,
    basis,
    behaviours,
    treatments,
    customaryTreatments = false,
    margin,
    horizon = 52,
    annualDiscountRate = 0,
    gross = false,
    includeFirst = false,
    occasion = Occasion.NATURAL,
  }) {
    return withMemory((memory) => {
      const options = new CheckOutOptions(memory);
      for (const [name, model] of Object.entries({ purchases, spend, basis, behaviours })) {
        if (model !== undefined) options.handle(name, model.handle);
      }
      if (treatments !== undefined) options.pointer('treatments', memory.text(treatments));
      if (margin !== undefined) options.pointer('margin', memory.doubles('margin', [margin]));
      options.flag('customary_treatments', customaryTreatments);
      options.flag('gross', gross);
      options.flag('include_first', includeFirst);
      options.code('occasion', occasion);
      options.double('horizon', horizon);
      options.double('annual_discount_rate', annualDiscountRate);
      return new CheckOut(make(options.address));
    });
  }

  /** Scores one customer, observed until `now`; `returns` and `basket` go together. */
  score(record, now, { returns, basket, group, scale = TimeScale.DAYS } = {}) {
    const lines = basket === undefined ? 0 : basket.length;
    if (lines > room.lines) room = new Room(lines);
    const of = room;
    score(
      this.handle,
      record.handle,
      group ?? null,
      now,
      scale,
      returns?.handle ?? null,
      basket?.handle ?? null,
      of.score,
      of.behaviours,
      COUNT,
      of.returns,
      lines,
    );
    return this.#read(of, lines);
  }

  #read(of, lines) {
    const { data, doubles } = of.block;
    const number = (field, known) =>
      known ? data.getFloat64(of.scoreAt + CustomerScore.at[field], true) : null;
    const whole = (field) => data.getInt32(of.scoreAt + CustomerScore.at[field], true);
    const known = (field) => data.getUint8(of.scoreAt + CustomerScore.at[field]) !== 0;
    const bought = known('purchases_known');
    const valued = known('value_known');
    const start = of.returnsAt / 8;
    return {
      frequency: bought ? data.getUint32(of.scoreAt + CustomerScore.at.frequency, true) : null,
      recency: number('recency', bought),
      T: number('T', bought),
      monetaryValue: number('monetary_value', bought),
      pAlive: number('p_alive', bought),
      expectedPurchases: number('expected_purchases', known('expected_purchases_known')),
      expectedSpend: number('expected_spend', valued),
      clv: number('clv', valued),
      profit: number('profit', known('ledger_known')),
      primary: Behaviours.behaviours[whole('primary')] ?? null,
      behaviours: readBehaviours(data, of.behavioursAt),
      returns: Array.from(doubles.subarray(start, start + lines)),
      treatment: whole('treatment') < 0 ? null : this.#treatment(of, whole('treatment'), number),
    };
  }

  #treatment(of, place, number) {
    const texts = [0, 1, 2].flatMap((text) => [of.texts + BigInt(text * TEXT), TEXT]);
    treatment(this.handle, of.score, ...texts);
    return {
      number: place,
      name: of.text(0),
      channel: of.text(1),
      reason: of.text(2),
      gain: number('treatment_gain', true),
      basis: number('treatment_basis', true),
      cost: number('treatment_cost', true),
    };
  }
}

module.exports = { CheckOut };
