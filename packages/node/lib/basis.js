/* What a ledger has learnt of the whole shop. */

'use strict';

const { handleOf, opener } = require('./handle');

const open = opener('ledger_basis');

class LedgerBasis extends handleOf('ledger_basis') {
  /** Reads the file once in a process, for all its workers, and again after it has changed. */
  static open(path) {
    return new LedgerBasis(open(path));
  }
}

module.exports = { LedgerBasis };
