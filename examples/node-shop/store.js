/* The shop's database in PostgreSQL. */

'use strict';

const { Pool } = require('pg');

const TABLES = `
  CREATE TABLE orders (customer integer, day integer, amount double precision);
  CREATE INDEX orders_of_customer ON orders (customer);
  CREATE TABLE ledger (customer integer PRIMARY KEY, cells double precision[]);
  CREATE TABLE events (id bigserial PRIMARY KEY, kind text, customer integer, day integer, told jsonb);
  CREATE TABLE saved (file text PRIMARY KEY, event bigint)`;

/** Orders and ledger of a customer by one question, prepared once for each connection. */
const HISTORY = {
  name: 'history',
  text: `SELECT array(SELECT day FROM orders WHERE customer = $1 ORDER BY ctid) AS days,
    array(SELECT amount FROM orders WHERE customer = $1 ORDER BY ctid) AS amounts,
    (SELECT cells FROM ledger WHERE customer = $1) AS cells`,
};

class Store {
  /** The shop's own server, by its socket. */
  constructor() {
    const socket = process.env.SHOP_POSTGRES;
    this.pool = new Pool({ host: socket, user: 'shop', database: 'postgres', max: 8 });
  }

  async isNew() {
    const { rows } = await this.pool.query("SELECT to_regclass('orders') AS known");
    return rows[0].known === null;
  }

  async seed(orders, ledger) {
    const client = await this.pool.connect();
    await client.query('BEGIN');
    await client.query(TABLES);
    await client.query(
      'INSERT INTO orders SELECT * FROM unnest($1::integer[], $2::integer[], $3::double precision[])',
      [orders.customer, orders.day, orders.amount],
    );
    for (const { customer, cells } of ledger) {
      await client.query('INSERT INTO ledger VALUES ($1, $2)', [customer, cells]);
    }
    await client.query('COMMIT');
    client.release();
  }

  async history(customer) {
    const { rows } = await this.pool.query({ ...HISTORY, values: [customer] });
    return rows[0];
  }

  async buy({ customer, day, amount, basket }) {
    const { rows } = await this.pool.query({
      name: 'buy',
      text: `WITH bought AS (INSERT INTO orders VALUES ($1, $2, $3))
        INSERT INTO events (kind, customer, day, told) VALUES ('order', $1, $2, $4) RETURNING id`,
      values: [customer, day, amount, JSON.stringify(basket)],
    });
    return Number(rows[0].id);
  }

  async takeBack({ day, line }) {
    const told = JSON.stringify(line);
    const add = "INSERT INTO events (kind, customer, day, told) VALUES ('return', 0, $1, $2)";
    await this.pool.query(add, [day, told]);
  }

  async eventsAfter(position) {
    // An id is given before its order is committed, so the last moment is left for the next time.
    const { rows } = await this.pool.query(
      `SELECT * FROM events WHERE id > $1 AND xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        ORDER BY id LIMIT 5000`,
      [position],
    );
    return rows.map((row) => ({ ...row, id: Number(row.id) }));
  }

  async positionOf(file) {
    const { rows } = await this.pool.query('SELECT event FROM saved WHERE file = $1', [file]);
    return rows.length === 0 ? 0 : Number(rows[0].event);
  }

  async savedAs(file, event) {
    await this.pool.query('INSERT INTO saved VALUES ($1, $2)', [file, event]);
  }
}

module.exports = { Store };
