/* How likely order lines are to be sent back. */

'use strict';

const { columnNow, declare, func } = require('./native');
const { handleOf, opener } = require('./handle');
const { mustHave, withMemory } = require('./memory');
const { TimeScale } = require('./codes');

const open = opener('return_propensity');
const load = opener('return_propensity', 'load');
const model = 'const loyalty_return_propensity *model';
const save = declare(`int32_t loyalty_return_propensity_save(${model}, const char *path)`);
const today = func(`int32_t loyalty_return_propensity_today(${model})`);
const openLines = func(`size_t loyalty_return_propensity_open_lines(${model})`);
const score = columnNow(
  `int32_t loyalty_return_propensity_score(${model}, const loyalty_lines *lines, size_t threads)`,
);
const update = columnNow(
  'int32_t loyalty_return_propensity_update(loyalty_return_propensity *model, ' +
    'const loyalty_lines *lines)',
);
const updateReturns = declare(
  'int32_t loyalty_return_propensity_update_returns(loyalty_return_propensity *model, ' +
    'loyalty_ids lines, const void *time, int32_t time_scale, size_t rows, ' +
    '_Out_ size_t *counted, _Out_ size_t *unknown)',
);
const advance = declare(
  'int32_t loyalty_return_propensity_advance(loyalty_return_propensity *model, int32_t day)',
);

class ReturnPropensity extends handleOf('return_propensity') {
  /** For scoring: reads the file once in a process, and again after it has changed. */
  static open(path) {
    return new ReturnPropensity(open(path));
  }

  /** For the one that tells it of orders and returns: reads the file whenever it is called. */
  static load(path) {
    return new ReturnPropensity(load(path));
  }

  save(path) {
    save(this.handle, path);
  }

  get today() {
    return today(this.handle);
  }

  get openLines() {
    return Number(openLines(this.handle));
  }

  score(lines, threads = 1) {
    return score(lines.length, this.handle, lines.handle, threads);
  }

  update(lines) {
    return update(lines.length, this.handle, lines.handle);
  }

  updateReturns(line, time, scale = TimeScale.DAYS) {
    return withMemory((memory) => {
      mustHave(line.length, 'time', time);
      const counted = [0];
      const unknown = [0];
      const [ids, times] = [memory.idsByValue('line', line), memory.integers('time', time)];
      updateReturns(this.handle, ids, times, scale, line.length, counted, unknown);
      return { counted: Number(counted[0]), unknown: Number(unknown[0]) };
    });
  }

  /** Goes to a later day, without orders. */
  advance(day) {
    advance(this.handle, day);
  }
}

module.exports = { ReturnPropensity };
