/* The shop's database in PostgreSQL; store.js says what it has. */

'use strict';

const { Pool } = require('pg');

const TABLES = `
  CREATE TABLE customers (customer integer PRIMARY KEY, record bytea);
  CREATE TABLE events (id bigserial PRIMARY KEY, kind text, customer integer, day integer, told text);
  CREATE TABLE saved (file text PRIMARY KEY, event bigint)`;
const RECORD = 'SELECT record FROM customers WHERE customer = $1';
const KEEP = `INSERT INTO customers VALUES ($1, $2)
  ON CONFLICT (customer) DO UPDATE SET record = excluded.record`;
const HAPPENED = 'INSERT INTO events (kind, customer, day, told) VALUES ($1, $2, $3, $4) RETURNING id';
// An id is given before its order is committed, so the last moment is left for the next time.
const EVENTS = `SELECT * FROM events WHERE id > $1
  AND xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY id LIMIT 5000`;

const known = (rows, column) => (rows.length === 0 ? null : rows[0][column]);

class PostgresStore {
  /** The shop's own server, by its socket. */
  constructor(socket) {
    this.pool = new Pool({ host: socket, user: 'shop', database: 'postgres', max: 8 });
  }

  async isNew() {
    const { rows } = await this.pool.query("SELECT to_regclass('customers') AS known");
    return rows[0].known === null;
  }

  seed(records) {
    return this.#transaction(async (client) => {
      await client.query(TABLES);
      for (const [customer, record] of records) await client.query(KEEP, [customer, record]);
    });
  }

  async record(customer, client = this.pool) {
    // Prepared once for each connection.
    const { rows } = await client.query({ name: 'record', text: RECORD, values: [customer] });
    return known(rows, 'record');
  }

  happened({ kind, customer, day, told }, change) {
    return this.#transaction(async (client) => {
      // Also of a customer who is new and has no row yet.
      await client.query('SELECT pg_advisory_xact_lock($1)', [customer]);
      const { rows } = await client.query(HAPPENED, [kind, customer, day, JSON.stringify(told)]);
      const id = Number(rows[0].id);
      await client.query(KEEP, [customer, change(await this.record(customer, client), id)]);
      return id;
    });
  }

  async customerOf(order) {
    const text = "SELECT customer FROM events WHERE id = $1 AND kind = 'order'";
    return known((await this.pool.query(text, [order])).rows, 'customer');
  }

  async eventsAfter(event) {
    const { rows } = await this.pool.query(EVENTS, [event]);
    return rows.map((row) => ({ ...row, id: Number(row.id), told: JSON.parse(row.told) }));
  }

  async positionOf(file) {
    const { rows } = await this.pool.query('SELECT event FROM saved WHERE file = $1', [file]);
    return Number(known(rows, 'event') ?? 0);
  }

  async savedAs(file, event) {
    const text = 'INSERT INTO saved VALUES ($1, $2) ON CONFLICT (file) DO UPDATE SET event = excluded.event';
    await this.pool.query(text, [file, event]);
  }

  async #transaction(work) {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const done = await work(client);
      await client.query('COMMIT');
      return done;
    } catch (reason) {
      await client.query('ROLLBACK');
      throw reason;
    } finally {
      client.release();
    }
  }
}

module.exports = { PostgresStore };
