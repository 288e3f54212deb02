/* An object of the library, freed by close() or after it was forgotten. */

'use strict';

const { declare, func } = require('./native');

/** The base of all objects of one type of C. */
function handleOf(type) {
  const free = func(`void loyalty_${type}_free(loyalty_${type} *handle)`);
  const forgotten = new FinalizationRegistry((address) => free(address));

  return class Handle {
    #address;
    #using = 0;

    constructor(address) {
      this.#address = address;
      forgotten.register(this, address, this);
    }

    /** Where it is in C. */
    get handle() {
      if (this.#address === null) throw new Error(`this ${this.constructor.name} is closed`);
      return this.#address;
    }

    /** Holds the object open until the call that works with it in another thread is done. */
    async during(call) {
      this.#using += 1;
      try {
        return await call(this.handle);
      } finally {
        this.#using -= 1;
      }
    }

    close() {
      if (this.#address === null) return;
      if (this.#using > 0) throw new Error(`this ${this.constructor.name} is in use`);
      forgotten.unregister(this);
      free(this.#address);
      this.#address = null;
    }

    [Symbol.dispose ?? Symbol.for('dispose')]() {
      this.close();
    }
  };
}

/** A function that makes an object; its place stands behind its parameters. Gives the address. */
function maker(declaration, type) {
  const [head, given] = [declaration.slice(0, -1), declaration.endsWith('()') ? '' : ', '];
  const call = declare(`${head}${given}_Out_ loyalty_${type} **out)`);
  return (...rest) => {
    const out = [null];
    call(...rest, out);
    return out[0];
  };
}

/** A function that makes an object from a file. */
function opener(type, verb = 'open') {
  return maker(`int32_t loyalty_${type}_${verb}(const char *path)`, type);
}

module.exports = { handleOf, maker, opener };
