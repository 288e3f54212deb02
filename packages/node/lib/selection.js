/* For each customer one treatment or none, within capacities. */

'use strict';

const { LoyaltyError, declare, func } = require('./native');
const { handleOf, maker } = require('./handle');
const { mustHave, withMemory } = require('./memory');
const { Status } = require('./codes');

const select = maker(
  'int32_t loyalty_select(const void *gains, size_t rows, size_t treatments, ' +
    'const void *capacities, size_t capacity_count, const void *uses, size_t threads)',
  'selection',
);
const choice = declare(
  'int32_t loyalty_selection_choice(const loyalty_selection *selection, int32_t *out, size_t length)',
);
const gain = func('double loyalty_selection_gain(const loyalty_selection *selection)');
const bound = func('double loyalty_selection_bound(const loyalty_selection *selection)');

/** A name that is not known is a slip, not a 0. */
function known(what, names, allowed) {
  const name = names.find((candidate) => !allowed.includes(candidate));
  if (name === undefined) return;
  throw new LoyaltyError(
    Status.CHOICE,
    `uses: ${what} must be one of ${allowed.join(', ')}, got ${name}`,
  );
}

/** What treatments take, capacity by capacity. */
function taken(treatments, capacities, uses) {
  known('capacity', Object.keys(uses), capacities);
  return capacities.flatMap((capacity) => {
    const of = uses[capacity] ?? {};
    known('treatment', Object.keys(of), treatments);
    return treatments.map((treatment) => of[treatment] ?? 0);
  });
}

class Selection extends handleOf('selection') {
  #customers;
  #treatments;

  /** Gains by treatment, capacities by name, and uses by capacity and treatment, 0 where left out. */
  static of({ gains, capacities = {}, uses = {}, threads = 1 }) {
    const treatments = Object.keys(gains);
    const limits = Object.keys(capacities);
    const rows = treatments.length === 0 ? 0 : gains[treatments[0]].length;
    return withMemory((memory) => {
      for (const name of treatments) mustHave(rows, `gains of ${name}`, gains[name]);
      const all = treatments.flatMap((name) => Array.from(gains[name]));
      const address = select(
        memory.doubles('gains', all),
        rows,
        treatments.length,
        memory.doubles('capacities', Object.values(capacities)),
        limits.length,
        memory.doubles('uses', taken(treatments, limits, uses)),
        threads,
      );
      const selection = new Selection(address);
      selection.#customers = rows;
      selection.#treatments = treatments;
      return selection;
    });
  }

  /** The treatment of each customer, or null. */
  get choice() {
    const out = new Int32Array(this.#customers);
    choice(this.handle, out, out.length);
    return Array.from(out, (place) => (place < 0 ? null : this.#treatments[place]));
  }

  /** What the choice gains. */
  get gain() {
    return gain(this.handle);
  }

  /** What no choice can exceed. */
  get bound() {
    return bound(this.handle);
  }
}

module.exports = { Selection };
