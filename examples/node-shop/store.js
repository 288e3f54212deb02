/*
 * The shop's database: what is kept of each customer, and what has happened. SQLite or PostgreSQL, as SHOP_STORE says; both
 * have
 *
 *   isNew()                    whether the tables are still to be made
 *   seed(records)              makes them; pairs of a customer and the bytes of their record
 *   record(customer)           these bytes; null of who is new
 *   happened(event, change)    records an event for the writer and, with it or not at all, the customer's new record, which
 *                              change(bytes, id) makes of the old one and the event's number; gives that
 *   customerOf(order)          whose order that was; null where there is none
 *   eventsAfter(event)         what happened since, in its order
 *   positionOf(file)           which event a saved file ends with; 0 where the writer has not saved it
 *   savedAs(file, event)
 */

'use strict';

function openStore() {
  const { SHOP_STORE: store = 'postgres', SHOP_FOLDER: folder, SHOP_POSTGRES: socket } = process.env;
  if (store === 'postgres') return new (require('./postgres').PostgresStore)(socket);
  if (store === 'sqlite') return new (require('./sqlite').SqliteStore)(`${folder}/shop.db`);
  throw new RangeError(`SHOP_STORE must be sqlite or postgres, got ${store}`);
}

module.exports = { openStore };
