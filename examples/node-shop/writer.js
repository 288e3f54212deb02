/*
 * The one process that tells the model of returns what has happened: node writer.js
 *
 * It reads the events in their order and saves every so many seconds; the servers see the new file when they next look.
 * Which event a file ends with is recorded before the file gets its name, so that after a crash at any moment the writer
 * goes on behind it: nothing is told twice, nothing is left out.
 */

'use strict';

const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { ReturnPropensity } = require('loyalty');
const { openStore } = require('./store');
const { linesOf } = require('./shop');

const current = `${process.env.SHOP_FOLDER}/returns.json`;
const next = `${process.env.SHOP_FOLDER}/returns.next.json`;

/** What a file keeps when it is renamed. */
function identity(path) {
  const { ino, mtimeNs } = fs.statSync(path, { bigint: true });
  return `${ino} ${mtimeNs}`;
}

function tell(model, event) {
  if (event.kind === 'return') {
    model.updateReturns([event.told], [event.day]);
    return;
  }
  const lines = linesOf(event.customer, event.told, event.day, event.id);
  model.update(lines);
  lines.close();
}

async function main() {
  const store = openStore();
  const model = ReturnPropensity.load(current);
  let position = await store.positionOf(identity(current));
  for (;;) {
    const events = await store.eventsAfter(position);
    for (const event of events) tell(model, event);
    if (events.length > 0) {
      position = events[events.length - 1].id;
      model.save(next);
      await store.savedAs(identity(next), position);
      fs.renameSync(next, current);
      console.log(`told of ${events.length} events`);
    }
    await sleep(1000 * Number(process.env.SHOP_SAVES_EVERY ?? 30));
  }
}

main();
