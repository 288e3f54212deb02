<?php

declare(strict_types=1);

namespace Loyalty;

/**
 * How likely order lines are to be sent back.
 *
 * Opened, it is read once in a process and only scores. Loaded, it belongs to the caller and moves on with the orders
 * and returns that it is told: a shop has one process that does, and saves.
 */
final class ReturnPropensity extends Handle
{
    protected const NAME = 'return_propensity';

    /** For scoring: reads the file once in a process, and again after it has changed. */
    public static function open(string $path): self
    {
        return new self('return_propensity_open', $path);
    }

    /** For the one that tells it of orders and returns: reads the file whenever it is called. */
    public static function load(string $path): self
    {
        return new self('return_propensity_load', $path);
    }

    /** Writes the file, whole or not at all. */
    public function save(string $path): void
    {
        Library::call('loyalty_return_propensity_save', $this->handle, $path);
    }

    /** The day up to which it knows everything, counted from 1970-01-01. */
    public function today(): int
    {
        return Library::ffi()->loyalty_return_propensity_today($this->handle);
    }

    /** How many lines may still come back. */
    public function openLines(): int
    {
        return Library::ffi()->loyalty_return_propensity_open_lines($this->handle);
    }

    /**
     * The probability of each line to be sent back.
     *
     * @return list<float>
     */
    public function score(Lines $lines, int $threads = 1): array
    {
        $function = 'loyalty_return_propensity_score';
        return Library::column(count($lines), $function, $this->handle, $lines->handle, $threads);
    }

    /**
     * Takes in orders, scored as they were when they came.
     *
     * @return list<float>
     */
    public function update(Lines $lines): array
    {
        return Library::column(count($lines), 'loyalty_return_propensity_update', $this->handle, $lines->handle);
    }

    /**
     * Takes in returns by the ids of their lines.
     *
     * @param list<int|string> $line
     * @param list<int> $time on the scale
     * @return array{counted: int, unknown: int} how many lines were known, and how many not
     */
    public function updateReturns(array $line, array $time, TimeScale $scale = TimeScale::Days): array
    {
        Rows::mustBe(count($line), 'time', $time);
        $ids = Library::ffi()->new('loyalty_ids');
        $kept = Ids::fill($ids, 'line', $line);
        $times = Library::integers('time', $time);
        $counts = Library::room('size_t', 2);
        $places = [Library::element($counts), Library::element($counts, 1)];
        $table = [$ids, $times, $scale->value, count($line)];
        Library::call('loyalty_return_propensity_update_returns', $this->handle, ...$table, ...$places);
        return ['counted' => $counts[0], 'unknown' => $counts[1]];
    }

    /** Goes to a later day, without orders. */
    public function advance(int $day): void
    {
        if ($day < -2147483648 || $day > 2147483647) {
            throw new LoyaltyException(Status::Parameter->value, "day must be a number of 32 bits, got $day");
        }
        Library::call('loyalty_return_propensity_advance', $this->handle, $day);
    }
}
