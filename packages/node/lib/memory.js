/*
 * Memory of C into which tables are written before a call. A struct points to its columns, so both must stay where
 * they are, which JavaScript's own arrays do not promise.
 */

'use strict';

const { LoyaltyError, func, koffi } = require('./native');
const { Status } = require('./codes');

const BYTES = 1 << 16;

class Block {
  used = 0;

  constructor(bytes) {
    this.pointer = koffi.alloc('uint8_t', bytes);
    this.base = koffi.address(this.pointer);
    this.length = bytes;
    const view = koffi.view(this.pointer, bytes);
    this.doubles = new Float64Array(view);
    this.integers = new BigInt64Array(view);
    this.bytes = new Uint8Array(view);
    this.data = new DataView(view);
  }

  /** The offset of so many bytes more, a multiple of 8. */
  take(bytes) {
    const at = this.used;
    this.used += Math.ceil(bytes / 8) * 8;
    return at;
  }
}

/** The block that serves all small tables, one after the other; a large one has its own. */
let common;

/** Runs with a table's memory, which is free again when it is over. */
function withMemory(call) {
  const memory = new Memory();
  try {
    return call(memory);
  } finally {
    memory.end();
  }
}

class Memory {
  #own = [];

  constructor() {
    // A call within a call, which a getter of the caller's could make, has its own block.
    this.block = common ?? new Block(BYTES);
    common = undefined;
  }

  end() {
    for (const block of this.#own) koffi.free(block.pointer);
    this.block.used = 0;
    if (common === undefined) common = this.block;
    else koffi.free(this.block.pointer);
  }

  /** A place for so many bytes, in a block and at an offset. */
  room(bytes) {
    if (this.block.used + bytes + 8 <= this.block.length) {
      return [this.block, this.block.take(bytes)];
    }
    const block = new Block(Math.ceil(bytes / 8) * 8);
    this.#own.push(block);
    return [block, block.take(bytes)];
  }

  /** Writes numbers; gives their address. */
  doubles(name, values) {
    const [block, at] = this.room(8 * values.length + 8);
    const start = at / 8;
    for (let row = 0; row < values.length; row++) {
      const value = values[row];
      if (typeof value !== 'number') {
        throw new TypeError(`column "${name}", row ${row}: must be a number, got ${typeof value}`);
      }
      block.doubles[start + row] = value;
    }
    return block.base + BigInt(at);
  }

  /** Writes whole numbers, numbers or bigints; gives their address. */
  integers(name, values) {
    const [block, at] = this.room(8 * values.length + 8);
    const start = at / 8;
    for (let row = 0; row < values.length; row++) {
      block.integers[start + row] = whole(name, row, values[row]);
    }
    return block.base + BigInt(at);
  }

  /** Writes text closed by a NUL; gives its address. */
  text(value) {
    const bytes = Buffer.from(value, 'utf8');
    const [block, at] = this.room(bytes.length + 1);
    block.bytes.set(bytes, at);
    block.bytes[at + bytes.length] = 0;
    return block.base + BigInt(at);
  }

  /** Writes addresses; gives theirs. */
  addresses(values) {
    const [block, at] = this.room(8 * values.length + 8);
    values.forEach((value, place) => {
      block.integers[at / 8 + place] = value;
    });
    return block.base + BigInt(at);
  }

  /** Ids in the struct that begins at an offset of a block: whole numbers, or text as Arrow lays it out. */
  ids(block, at, name, values) {
    if (typeof values[0] !== 'string') {
      block.integers[at / 8] = this.integers(name, values);
      return;
    }
    const texts = Array.from(values, (value, row) => {
      if (typeof value === 'string') return Buffer.from(value, 'utf8');
      throw new TypeError(`column "${name}", row ${row}: must be a string, got ${typeof value}`);
    });
    const ends = [0];
    for (const text of texts) ends.push(ends[ends.length - 1] + text.length);
    const all = Buffer.concat(texts);
    const [room, start] = this.room(all.length + 1);
    room.bytes.set(all, start);
    block.integers[at / 8 + 1] = this.integers(name, ends);
    block.integers[at / 8 + 2] = room.base + BigInt(start);
  }

  /** The same as a struct that a function takes by value. */
  idsByValue(name, values) {
    const [block, at] = this.room(24);
    block.bytes.fill(0, at, at + 24);
    this.ids(block, at, name, values);
    const [numbers, offsets, data] = block.integers.subarray(at / 8, at / 8 + 3);
    return { numbers, offsets, data };
  }
}

function whole(name, row, value) {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? value : refuse();
  return Number.isSafeInteger(value) ? BigInt(value) : refuse();
  function refuse() {
    throw new TypeError(
      `column "${name}", row ${row}: must be a whole number of 64 bits, got ${value}`,
    );
  }
}

/** Columns of one table have the same length: C is told it once and reads so far in each. */
function mustHave(rows, name, values) {
  if (values.length !== rows) {
    throw new LoyaltyError(
      Status.LENGTH,
      `column "${name}" has ${values.length} rows, but ${rows} are expected`,
    );
  }
}

/** A struct in memory of C, with the defaults of its `_init` function, and setters of its fields. */
function structOf(type) {
  const size = koffi.sizeof(type.name);
  const init = func(`void ${type.name}_init(void *columns, size_t size)`);
  const offset = Object.fromEntries(
    Object.keys(type.fields).map((field) => [field, koffi.offsetof(type.name, field)]),
  );
  return class Struct {
    constructor(memory) {
      this.memory = memory;
      [this.block, this.at] = memory.room(size);
      init(this.address, size);
    }

    get address() {
      return this.block.base + BigInt(this.at);
    }

    size(field, value) {
      this.block.integers[(this.at + offset[field]) / 8] = BigInt(value);
    }

    double(field, value) {
      if (typeof value !== 'number') throw new TypeError(`${field} must be a number, got ${typeof value}`);
      this.block.data.setFloat64(this.at + offset[field], value, true);
    }

    flag(field, value) {
      this.block.bytes[this.at + offset[field]] = value === true ? 1 : 0;
    }

    /** An object of the library, which lives as long as the call. */
    handle(field, handle) {
      this.pointer(field, koffi.address(handle));
    }

    code(field, value) {
      this.block.data.setInt32(this.at + offset[field], value, true);
    }

    pointer(field, address) {
      this.block.integers[(this.at + offset[field]) / 8] = address;
    }

    doubles(field, rows, values) {
      if (values === undefined) return;
      mustHave(rows, field, values);
      this.pointer(field, this.memory.doubles(field, values));
    }

    integers(field, rows, values) {
      mustHave(rows, field, values);
      this.pointer(field, this.memory.integers(field, values));
    }

    ids(field, rows, values) {
      if (values === undefined) return;
      mustHave(rows, field, values);
      this.memory.ids(this.block, this.at + offset[field], field, values);
    }
  };
}

module.exports = { Block, mustHave, structOf, withMemory };
