<?php

/*
 * The shop's database: what is kept of each customer, and what has happened. SQLite or PostgreSQL, which differ in what is
 * below; the shop knows neither.
 */

declare(strict_types=1);

abstract class Store
{
    protected function __construct(protected readonly PDO $database)
    {
    }

    /** The store that SHOP_STORE names: sqlite, a file in the folder, or postgres, the server at SHOP_POSTGRES. */
    public static function open(string $folder): self
    {
        return match (getenv('SHOP_STORE') ?: 'sqlite') {
            'sqlite' => new SqliteStore("$folder/shop.db"),
            'postgres' => new PostgresStore(getenv('SHOP_POSTGRES')),
        };
    }

    /** Whether the tables are still to be made. */
    abstract public function isNew(): bool;

    /** The types of a row's own number, and of bytes. */
    abstract protected function types(): array;

    /** Begins a transaction in which nobody else changes this customer's record. */
    abstract protected function begin(int $customer): void;

    /** What happened after an event and before what may still be written, in its order. */
    abstract public function eventsAfter(int $event): array;

    /** @param iterable<int, string> $records by customer */
    public function seed(iterable $records): void
    {
        [$serial, $bytes] = $this->types();
        $this->database->exec('BEGIN');
        $this->database->exec("CREATE TABLE customers (customer INTEGER PRIMARY KEY, record $bytes)");
        $this->database->exec("CREATE TABLE events (id $serial, kind TEXT, customer INTEGER, day INTEGER, told TEXT)");
        $this->database->exec('CREATE TABLE saved (file TEXT PRIMARY KEY, event INTEGER)');
        foreach ($records as $customer => $record) {
            $this->keep($customer, $record);
        }
        $this->database->exec('COMMIT');
    }

    /** The bytes of a customer's record; null of who is new. */
    public function record(int $customer): ?string
    {
        $found = $this->run('SELECT record FROM customers WHERE customer = ?', $customer)->fetchColumn();
        // PostgreSQL gives bytes as a stream.
        return match (true) {
            $found === false => null,
            is_resource($found) => stream_get_contents($found),
            default => $found,
        };
    }

    /**
     * Records that something happened to a customer: both in their record, which this changes, and as an event for the
     * writer, or neither. Gives the event's number.
     *
     * @param callable(?string, int): string $change makes the new record, of the old one and the event's number
     */
    public function happened(string $kind, int $customer, int $day, mixed $told, callable $change): int
    {
        $this->begin($customer);
        try {
            $event = 'INSERT INTO events (kind, customer, day, told) VALUES (?, ?, ?, ?) RETURNING id';
            $told = json_encode($told, JSON_PRESERVE_ZERO_FRACTION);
            $id = (int) $this->run($event, $kind, $customer, $day, $told)->fetchColumn();
            $this->keep($customer, $change($this->record($customer), $id));
            $this->database->exec('COMMIT');
        } catch (Throwable $refusal) {
            $this->database->exec('ROLLBACK');
            throw $refusal;
        }
        return $id;
    }

    /** Whose order that was; null where there is none. */
    public function customerOf(int $order): ?int
    {
        $found = $this->run("SELECT customer FROM events WHERE id = ? AND kind = 'order'", $order)->fetchColumn();
        return $found === false ? null : $found;
    }

    /** Which event a saved file ends with; 0 where the writer has not saved it. */
    public function positionOf(string $file): int
    {
        return (int) $this->run('SELECT event FROM saved WHERE file = ?', $file)->fetchColumn();
    }

    public function savedAs(string $file, int $event): void
    {
        $saved = 'INSERT INTO saved VALUES (?, ?) ON CONFLICT (file) DO UPDATE SET event = excluded.event';
        $this->run($saved, $file, $event);
    }

    private function keep(int $customer, string $record): void
    {
        $keep = 'INSERT INTO customers VALUES (?, ?) ON CONFLICT (customer) DO UPDATE SET record = excluded.record';
        $statement = $this->database->prepare($keep);
        $statement->bindValue(1, $customer, PDO::PARAM_INT);
        $statement->bindValue(2, $record, PDO::PARAM_LOB);
        $statement->execute();
    }

    protected function run(string $query, int|string ...$values): PDOStatement
    {
        $statement = $this->database->prepare($query);
        $statement->execute($values);
        return $statement;
    }
}

final class SqliteStore extends Store
{
    public function __construct(string $path)
    {
        parent::__construct(new PDO("sqlite:$path", options: [PDO::ATTR_PERSISTENT => true]));
        $this->database->exec('PRAGMA busy_timeout = 5000; PRAGMA synchronous = NORMAL');
    }

    public function isNew(): bool
    {
        return $this->run("SELECT name FROM sqlite_master WHERE name = 'customers'")->fetchColumn() === false;
    }

    protected function types(): array
    {
        // Readers and one writer at a time, none of whom waits for the other.
        $this->database->exec('PRAGMA journal_mode = WAL');
        return ['INTEGER PRIMARY KEY', 'BLOB'];
    }

    protected function begin(int $customer): void
    {
        $this->database->exec('BEGIN IMMEDIATE');
    }

    public function eventsAfter(int $event): array
    {
        $events = 'SELECT * FROM events WHERE id > ? ORDER BY id LIMIT 5000';
        return $this->run($events, $event)->fetchAll(PDO::FETCH_ASSOC);
    }
}

final class PostgresStore extends Store
{
    public function __construct(string $host)
    {
        // A query is one way to the server and back, not three.
        $options = [PDO::ATTR_PERSISTENT => true, PDO::PGSQL_ATTR_DISABLE_PREPARES => true];
        parent::__construct(new PDO("pgsql:host=$host;dbname=postgres;user=shop", options: $options));
    }

    public function isNew(): bool
    {
        return $this->run("SELECT to_regclass('customers')")->fetchColumn() === null;
    }

    protected function types(): array
    {
        return ['BIGSERIAL PRIMARY KEY', 'BYTEA'];
    }

    protected function begin(int $customer): void
    {
        $this->database->exec('BEGIN');
        // Also of a customer who is new and has no row yet.
        $this->run('SELECT pg_advisory_xact_lock(?)', $customer);
    }

    public function eventsAfter(int $event): array
    {
        // An id is given before its order is committed, so the last moment is left for the next time.
        $events = 'SELECT * FROM events WHERE id > ?
            AND xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY id LIMIT 5000';
        return $this->run($events, $event)->fetchAll(PDO::FETCH_ASSOC);
    }
}
