/* All that a shop knows of one customer, kept as bytes in its own database. */

'use strict';

const { declare, func } = require('./native');
const { handleOf, maker } = require('./handle');
const { mustHave, withMemory } = require('./memory');
const { TimeScale } = require('./codes');

const record = 'loyalty_customer_record *record';
const make = maker('int32_t loyalty_customer_record_new()', 'customer_record');
const read = declare(
  `int32_t loyalty_customer_record_read(${record}, const uint8_t *bytes, size_t length)`,
);
const write = declare(
  `int32_t loyalty_customer_record_write(const ${record}, _Out_ uint8_t *buffer, size_t length, ` +
    '_Out_ size_t *full_length)',
);
const addLines = declare(
  `int32_t loyalty_customer_record_add_lines(${record}, const loyalty_lines *lines, ` +
    '_Out_ size_t *added, _Out_ size_t *repeated)',
);
const addReturns = declare(
  `int32_t loyalty_customer_record_add_returns(${record}, loyalty_ids lines, const void *times, ` +
    'int32_t time_scale, const void *amounts, size_t rows, _Out_ size_t *news)',
);
const addContact = declare(
  `int32_t loyalty_customer_record_add_contact(${record}, int32_t contact, int64_t time, ` +
    'int32_t time_scale, double cost)',
);
const optOut = declare(`int32_t loyalty_customer_record_opt_out(${record})`);
const length = func(`size_t loyalty_customer_record_len(const ${record})`);

class CustomerRecord extends handleOf('customer_record') {
  /** Of a customer of whom nothing is known yet. */
  static empty() {
    return new CustomerRecord(make());
  }

  /** From its bytes, which a checksum guards. */
  static fromBytes(bytes) {
    const made = CustomerRecord.empty();
    made.read(bytes);
    return made;
  }

  /** Reads another record into the memory of this one. */
  read(bytes) {
    read(this.handle, bytes, bytes.length);
  }

  toBytes() {
    const full = [0];
    write(this.handle, null, 0, full);
    const bytes = Buffer.alloc(Number(full[0]));
    write(this.handle, bytes, bytes.length, full);
    return bytes;
  }

  /** Adds lines of this customer. Lines that the record has by their own ids are not added again. */
  addLines(lines) {
    const added = [0];
    const repeated = [0];
    addLines(this.handle, lines.handle, added, repeated);
    return { added: Number(added[0]), repeated: Number(repeated[0]) };
  }

  /** Notes that lines came back, by their ids; gives how many of the returns were not known. */
  addReturns(line, time, { amount, scale = TimeScale.DAYS } = {}) {
    return withMemory((memory) => {
      mustHave(line.length, 'time', time);
      if (amount !== undefined) mustHave(line.length, 'amount', amount);
      const amounts = amount === undefined ? null : memory.doubles('amount', amount);
      const news = [0];
      const [ids, times] = [memory.idsByValue('line', line), memory.integers('time', time)];
      addReturns(this.handle, ids, times, scale, amounts, line.length, news);
      return Number(news[0]);
    });
  }

  /** Adds a contact; one that is told twice counts twice. */
  addContact(contact, time, cost, scale = TimeScale.DAYS) {
    addContact(this.handle, contact, time, scale, cost);
  }

  /** Notes that the customer opted out of labels and treatments, for good. */
  optOut() {
    optOut(this.handle);
  }

  /** The number of order lines. */
  get length() {
    return Number(length(this.handle));
  }
}

module.exports = { CustomerRecord };
