<?php

declare(strict_types=1);

namespace Loyalty;

/**
 * All that a shop knows of one customer's order lines, returns and contacts, kept as bytes in its own database and moved on
 * by each order. Python's `Ledger.records` makes the first ones.
 */
final class CustomerRecord extends Handle implements \Countable
{
    protected const NAME = 'customer_record';

    /** Of a customer of whom nothing is known yet. */
    public static function empty(): self
    {
        return new self('customer_record_new');
    }

    /** From its bytes, which a checksum guards. */
    public static function fromBytes(string $bytes): self
    {
        $record = self::empty();
        $array = Library::filled('uint8_t', strlen($bytes), $bytes);
        Library::call('loyalty_customer_record_read', $record->handle, $array, strlen($bytes));
        return $record;
    }

    public function toBytes(): string
    {
        $length = Library::room('size_t', 1);
        Library::call('loyalty_customer_record_write', $this->handle, null, 0, $length);
        $bytes = Library::room('uint8_t', $length[0]);
        Library::call('loyalty_customer_record_write', $this->handle, $bytes, $length[0], $length);
        return \FFI::string($bytes, $length[0]);
    }

    /**
     * Adds lines of this customer. Lines that the record has by their own ids are not added again.
     *
     * @return array{added: int, repeated: int}
     */
    public function addLines(Lines $lines): array
    {
        $counts = Library::room('size_t', 2);
        $places = [Library::element($counts), Library::element($counts, 1)];
        Library::call('loyalty_customer_record_add_lines', $this->handle, $lines->handle, ...$places);
        return ['added' => $counts[0], 'repeated' => $counts[1]];
    }

    /**
     * Notes that lines came back, by their ids; gives how many of the returns were not known.
     *
     * @param list<int|string> $line
     * @param list<int> $time on the scale
     * @param list<int|float>|null $amount what was paid back for each; null for all that was paid
     */
    public function addReturns(
        array $line,
        array $time,
        ?array $amount = null,
        TimeScale $scale = TimeScale::Days,
    ): int {
        Rows::mustBe(count($line), 'time', $time);
        $ids = Library::ffi()->new('loyalty_ids');
        $kept = Ids::fill($ids, 'line', $line);
        $amounts = null;
        if ($amount !== null) {
            Rows::mustBe(count($line), 'amount', $amount);
            $amounts = Library::doubles('amount', $amount);
        }
        $news = Library::room('size_t', 1);
        $table = [$ids, Library::integers('time', $time), $scale->value, $amounts, count($line)];
        Library::call('loyalty_customer_record_add_returns', $this->handle, ...$table, ...[$news]);
        return $news[0];
    }

    /** Adds a contact; one that is told twice counts twice. */
    public function addContact(
        Contact $contact,
        int $time,
        float $cost,
        TimeScale $scale = TimeScale::Days,
    ): void {
        $told = [$contact->value, $time, $scale->value, $cost];
        Library::call('loyalty_customer_record_add_contact', $this->handle, ...$told);
    }

    /** Notes that the customer opted out of labels and treatments, for good. */
    public function optOut(): void
    {
        Library::call('loyalty_customer_record_opt_out', $this->handle);
    }

    /** The number of order lines. */
    public function count(): int
    {
        return Library::ffi()->loyalty_customer_record_len($this->handle);
    }
}
