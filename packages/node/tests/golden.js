/* Tables of numbers, as the golden files have them. */

'use strict';

const fs = require('node:fs');

/** The columns of a table, by their names. */
function columns(path) {
  const [header, ...rows] = fs.readFileSync(path, 'utf8').trim().split('\n');
  const cells = rows.map((row) => row.split(',').map(Number));
  const names = header.split(',');
  return Object.fromEntries(names.map((name, place) => [name, cells.map((row) => row[place])]));
}

function write(path, table) {
  const names = Object.keys(table);
  const rows = Array.from(table[names[0]], (_, row) => names.map((name) => table[name][row]));
  fs.writeFileSync(path, [names, ...rows].map((row) => row.join(',')).join('\n') + '\n');
}

module.exports = { columns, write };
