<?php

/*
 * The one process that tells the model of returns what has happened: php writer.php FOLDER [SECONDS]
 *
 * It reads the events in their order and saves every so many seconds; the workers see the new file at their next
 * request. Which event a file ends with is recorded before the file gets its name, so that after a crash at any moment
 * the writer goes on behind it: nothing is told twice, nothing is left out.
 */

declare(strict_types=1);

use Loyalty\ReturnPropensity;

require __DIR__ . '/shop.php';

final class Writer
{
    private Store $store;
    private ReturnPropensity $model;
    private int $position;

    public function __construct(private readonly string $folder)
    {
        $this->store = Store::open($folder);
        $this->model = ReturnPropensity::load("$folder/returns.json");
        $this->position = $this->store->positionOf(self::identity("$folder/returns.json"));
    }

    /** Tells what has happened since; gives how many events that were. */
    public function tell(): int
    {
        $events = $this->store->eventsAfter($this->position);
        foreach ($events as $event) {
            $event['kind'] === 'order' ? $this->order($event) : $this->takenBack($event);
        }
        if ($events !== []) {
            $this->position = end($events)['id'];
            $this->save();
        }
        return count($events);
    }

    /** @param array<string, mixed> $event */
    private function order(array $event): void
    {
        $basket = array_map(
            fn ($line) => new BasketLine($line->product, $line->price, $line->category),
            json_decode($event['told']),
        );
        $this->model->update(Shop::lines($event['customer'], $basket, $event['day'], $event['id']));
    }

    /** @param array<string, mixed> $event */
    private function takenBack(array $event): void
    {
        $this->model->updateReturns([json_decode($event['told'])], [$event['day']]);
    }

    private function save(): void
    {
        $next = "$this->folder/returns.next.json";
        $this->model->save($next);
        $this->store->savedAs(self::identity($next), $this->position);
        rename($next, "$this->folder/returns.json");
    }

    /** What a file keeps when it is renamed. */
    private static function identity(string $path): string
    {
        clearstatcache();
        return fileinode($path) . ' ' . filemtime($path);
    }
}

$writer = new Writer($argv[1]);
while (true) {
    $told = $writer->tell();
    if ($told > 0) {
        echo "told of $told events\n";
    }
    sleep((int) ($argv[2] ?? 30));
}
