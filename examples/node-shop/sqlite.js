/*
 * The shop's database in SQLite; store.js says what it has. Its calls are done when they return, and promise what
 * PostgreSQL does.
 */

'use strict';

const Database = require('better-sqlite3');

const TABLES = `
  CREATE TABLE customers (customer INTEGER PRIMARY KEY, record BLOB);
  CREATE TABLE events (id INTEGER PRIMARY KEY, kind TEXT, customer INTEGER, day INTEGER, told TEXT);
  CREATE TABLE saved (file TEXT PRIMARY KEY, event INTEGER)`;
const RECORD = 'SELECT record FROM customers WHERE customer = ?';
const KEEP = `INSERT INTO customers VALUES (?, ?)
  ON CONFLICT (customer) DO UPDATE SET record = excluded.record`;
const HAPPENED = 'INSERT INTO events (kind, customer, day, told) VALUES (?, ?, ?, ?)';

class SqliteStore {
  #statements = new Map();

  constructor(path) {
    this.database = new Database(path, { timeout: 5000 });
    // Readers and one writer at a time, none of whom waits for the other.
    this.database.pragma('journal_mode = WAL');
    this.database.pragma('synchronous = NORMAL');
  }

  async isNew() {
    return this.#get("SELECT name FROM sqlite_master WHERE name = 'customers'") === undefined;
  }

  async seed(records) {
    this.#transaction(() => {
      this.database.exec(TABLES);
      for (const [customer, record] of records) this.#run(KEEP, customer, record);
    });
  }

  async record(customer) {
    return this.#get(RECORD, customer)?.record ?? null;
  }

  async happened({ kind, customer, day, told }, change) {
    return this.#transaction(() => {
      const id = this.#run(HAPPENED, kind, customer, day, JSON.stringify(told)).lastInsertRowid;
      this.#run(KEEP, customer, change(this.#get(RECORD, customer)?.record ?? null, id));
      return id;
    });
  }

  async customerOf(order) {
    const text = "SELECT customer FROM events WHERE id = ? AND kind = 'order'";
    return this.#get(text, order)?.customer ?? null;
  }

  async eventsAfter(event) {
    const rows = this.#prepared('SELECT * FROM events WHERE id > ? ORDER BY id LIMIT 5000').all(event);
    return rows.map((row) => ({ ...row, told: JSON.parse(row.told) }));
  }

  async positionOf(file) {
    return this.#get('SELECT event FROM saved WHERE file = ?', file)?.event ?? 0;
  }

  async savedAs(file, event) {
    this.#run('INSERT INTO saved VALUES (?, ?) ON CONFLICT (file) DO UPDATE SET event = excluded.event', file, event);
  }

  #get(text, ...values) {
    return this.#prepared(text).get(...values);
  }

  #run(text, ...values) {
    return this.#prepared(text).run(...values);
  }

  #prepared(text) {
    if (!this.#statements.has(text)) this.#statements.set(text, this.database.prepare(text));
    return this.#statements.get(text);
  }

  #transaction(work) {
    return this.database.transaction(work).immediate();
  }
}

module.exports = { SqliteStore };
