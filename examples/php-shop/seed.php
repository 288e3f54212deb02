<?php

/* Fills the database of a new shop from what models.py has exported: php seed.php FOLDER */

declare(strict_types=1);

require __DIR__ . '/shop.php';

$folder = $argv[1];
if (is_file("$folder/shop.db")) {
    exit(0);
}

/** @return Generator<array<string, string>> */
function table(string $path): Generator
{
    $file = fopen($path, 'r');
    $names = fgetcsv($file);
    while ($row = fgetcsv($file)) {
        yield array_combine($names, $row);
    }
}

$shop = new Shop($folder);
$shop->database->exec('
    PRAGMA journal_mode = WAL;
    CREATE TABLE orders (customer INTEGER, day INTEGER, amount REAL);
    CREATE INDEX orders_of_customer ON orders (customer);
    CREATE TABLE ledger (customer INTEGER PRIMARY KEY, cells TEXT);
    CREATE TABLE events (id INTEGER PRIMARY KEY, kind TEXT, customer INTEGER, day INTEGER, told TEXT);
    CREATE TABLE saved (inode INTEGER, written INTEGER, event INTEGER);
    BEGIN
');
foreach (table("$folder/orders.csv") as $row) {
    $values = [(int) $row['customer'], (int) $row['day'], (float) $row['amount']];
    $shop->run('INSERT INTO orders VALUES (?, ?, ?)', ...$values);
}
foreach (table("$folder/ledger.csv") as $row) {
    $cells = array_map(fn ($name) => (float) $row[$name], Loyalty\Behaviours::ledgerColumns());
    $shop->run('INSERT INTO ledger VALUES (?, ?)', (int) $row['customer'], json_encode($cells));
}
$shop->database->exec('COMMIT');
