<?php

declare(strict_types=1);

namespace Loyalty;

use FFI\CData;

/**
 * The struct of order lines as it is filled: each of its fields has one word of 64 bits, and ids have three.
 *
 * @internal
 */
final class LineColumns
{
    private const NAME = 'loyalty_line_columns';
    private const WORDS = 39;

    /** Which word a field begins with; the tests hold this against the header. */
    public const PLACES = [
        'struct_size' => 0, 'rows' => 1, 'customer' => 2, 'product' => 5, 'order' => 8, 'line' => 11, 'time' => 14,
        'price' => 15, 'quantity' => 16, 'categories' => 20, 'category_count' => 21, 'numbers' => 22,
        'number_count' => 23, 'time_scale' => 24, 'category_names' => 25, 'number_names' => 26, 'category' => 27,
        'amount' => 30, 'list_amount' => 31, 'discount' => 32, 'maker_discount' => 33, 'coupon' => 34,
        'offered_depth' => 36, 'cost' => 37,
    ];

    private static ?CData $struct = null;

    /** @var list<int> */
    private array $words;
    private Memory $memory;

    public function __construct(private readonly int $rows, TimeScale $scale)
    {
        self::$struct ??= Library::ffi()->new(self::NAME);
        $this->memory = new Memory();
        $this->words = array_fill(0, self::WORDS, 0);
        $this->set('struct_size', 8 * self::WORDS);
        $this->set('rows', $rows);
        $this->set('time_scale', $scale->value);
    }

    /** The struct, written; it serves the next table when the call is over. */
    public function struct(): CData
    {
        $this->memory->write(self::$struct, pack('q*', ...$this->words));
        return Library::address(self::$struct);
    }

    /** @param list<int|string>|null $values */
    public function ids(string $name, ?array $values): void
    {
        if ($values !== null) {
            Rows::mustBe($this->rows, $name, $values);
            $this->set($name, ...$this->memory->ids($name, $values));
        }
    }

    /** @param list<int> $values */
    public function times(string $name, array $values): void
    {
        Rows::mustBe($this->rows, $name, $values);
        $this->set($name, $this->memory->integers($name, $values));
    }

    /** @param list<int|float>|null $values */
    public function amounts(string $name, ?array $values): void
    {
        if ($values !== null) {
            Rows::mustBe($this->rows, $name, $values);
            $this->set($name, $this->memory->doubles($name, $values));
        }
    }

    /** @param array<string, list<string>> $columns */
    public function categories(array $columns): void
    {
        $levels = [];
        foreach ($columns as $name => $values) {
            Rows::mustBe($this->rows, (string) $name, $values);
            array_push($levels, ...$this->memory->ids((string) $name, $values));
        }
        $this->named('categories', 'category_count', 'category_names', $columns, $levels);
    }

    /** @param array<string, list<int|float>> $columns */
    public function numbers(array $columns): void
    {
        $places = [];
        foreach ($columns as $name => $values) {
            Rows::mustBe($this->rows, (string) $name, $values);
            $places[] = $this->memory->doubles((string) $name, $values);
        }
        $this->named('numbers', 'number_count', 'number_names', $columns, $places);
    }

    /**
     * @param array<string, list<mixed>> $columns
     * @param list<int> $places
     */
    private function named(string $field, string $count, string $names, array $columns, array $places): void
    {
        if ($columns !== []) {
            $this->set($field, $this->memory->put(pack('q*', ...$places)));
            $this->set($count, count($columns));
            $this->set($names, $this->memory->texts(array_keys($columns)));
        }
    }

    private function set(string $field, int ...$words): void
    {
        foreach ($words as $place => $word) {
            $this->words[self::PLACES[$field] + $place] = $word;
        }
    }
}
