<?php

/* Fills the database of a new shop from what models.py has exported: php seed.php FOLDER */

declare(strict_types=1);

require __DIR__ . '/store.php';

/** @return Generator<int, string> */
function records(string $path): Generator
{
    $file = fopen($path, 'r');
    fgetcsv($file);
    while ([$customer, $record] = fgetcsv($file)) {
        yield (int) $customer => hex2bin($record);
    }
}

$store = Store::open($argv[1]);
if ($store->isNew()) {
    $store->seed(records("$argv[1]/records.csv"));
}
