/* Costly behaviours: labels of customers by their rows of the ledger. */

'use strict';

const { declare, func } = require('./native');
const { handleOf, opener } = require('./handle');
const { withMemory } = require('./memory');
const { BehaviourScore } = require('./structs');

const open = opener('behaviours');
const nameAt = (noun) =>
  declare(
    `int32_t loyalty_${noun}_name(size_t position, _Out_ uint8_t *buffer, size_t length, void *full_length)`,
  );
const classify = declare(
  'int32_t loyalty_behaviours_classify(const loyalty_behaviours *model, const void *ledger, ' +
    'size_t rows, size_t columns, const void *groups, const bool *opted_out, void *scores, ' +
    'size_t behaviours, int32_t *primary)',
);

function names(noun, length) {
  const name = nameAt(noun);
  return Object.freeze(
    Array.from({ length }, (_, position) => {
      const buffer = Buffer.alloc(64);
      name(position, buffer, buffer.length, null);
      return buffer.toString('utf8', 0, buffer.indexOf(0));
    }),
  );
}

const LEDGER_COLUMNS = names(
  'ledger_column',
  Number(func('size_t loyalty_ledger_column_count(void)')()),
);
const BEHAVIOURS = names('behaviour', Number(func('size_t loyalty_behaviour_count(void)')()));
const { at } = BehaviourScore;

/** What is said of each behaviour, by its name, out of memory of C. */
function readBehaviours(data, start) {
  const scores = {};
  for (let place = 0; place < BEHAVIOURS.length; place++) {
    const offset = start + place * BehaviourScore.size;
    const number = (field) => data.getFloat64(offset + field, true);
    scores[BEHAVIOURS[place]] = {
      known: data.getUint8(offset + at.known) !== 0,
      labelled: data.getUint8(offset + at.labelled) !== 0,
      estimate: number(at.estimate),
      threshold: number(at.threshold),
      pOver: number(at.p_over),
      impact: number(at.impact),
      events: number(at.events),
      orders: number(at.orders),
    };
  }
  return scores;
}

class Behaviours extends handleOf('behaviours') {
  /** The columns of a ledger, in their order. */
  static ledgerColumns = LEDGER_COLUMNS;

  /** The behaviours, in their order. */
  static behaviours = BEHAVIOURS;

  /** Reads the file once in a process, and again after it has changed. */
  static open(path) {
    return new Behaviours(open(path));
  }

  /** Labels one customer by their row of the ledger, in the order of `ledgerColumns`. */
  classify(ledger, { group, optedOut = false } = {}) {
    return withMemory((memory) => {
      const row = memory.doubles('ledger', ledger);
      const groups = group === undefined ? null : memory.addresses([memory.text(group)]);
      const [block, offset] = memory.room(BehaviourScore.size * BEHAVIOURS.length);
      const primary = new Int32Array(1);
      const scores = block.base + BigInt(offset);
      const opted = [optedOut === true];
      classify(this.handle, row, 1, ledger.length, groups, opted, scores, BEHAVIOURS.length, primary);
      return {
        primary: BEHAVIOURS[primary[0]] ?? null,
        scores: readBehaviours(block.data, offset),
      };
    });
  }
}

module.exports = { Behaviours, readBehaviours };
