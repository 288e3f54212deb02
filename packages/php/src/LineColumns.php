<?php

declare(strict_types=1);

namespace Loyalty;

use FFI\CData;

/**
 * The struct of order lines as it is filled, and the arrays to which it points.
 *
 * @internal
 */
final class LineColumns
{
    public readonly CData $struct;

    /** @var list<CData> C's memory lives as long as these do. */
    private array $kept = [];

    public function __construct(private readonly int $rows, TimeScale $scale)
    {
        $this->struct = Library::struct('loyalty_line_columns');
        $this->struct->rows = $rows;
        $this->struct->time_scale = $scale->value;
    }

    /** @param list<int|string>|null $values */
    public function ids(string $name, ?array $values): void
    {
        if ($values !== null) {
            Rows::mustBe($this->rows, $name, $values);
            $this->kept[] = Ids::fill($this->struct->$name, $name, $values);
        }
    }

    /** @param list<int> $values */
    public function times(string $name, array $values): void
    {
        Rows::mustBe($this->rows, $name, $values);
        $this->struct->$name = $this->keep(Library::integers($name, $values));
    }

    /** @param list<int|float>|null $values */
    public function amounts(string $name, ?array $values): void
    {
        if ($values !== null) {
            Rows::mustBe($this->rows, $name, $values);
            $this->struct->$name = $this->keep(Library::doubles($name, $values));
        }
    }

    /** @param array<string, list<string>> $columns */
    public function categories(array $columns): void
    {
        if ($columns === []) {
            return;
        }
        $levels = Library::room('loyalty_ids', count($columns));
        foreach (array_values($columns) as $place => $values) {
            $name = (string) array_keys($columns)[$place];
            Rows::mustBe($this->rows, $name, $values);
            $this->kept[] = Ids::fill($levels[$place], $name, $values);
        }
        $this->struct->categories = $this->keep($levels);
        $this->struct->category_count = count($columns);
        $this->struct->category_names = $this->names(array_keys($columns));
    }

    /** @param array<string, list<int|float>> $columns */
    public function numbers(array $columns): void
    {
        if ($columns === []) {
            return;
        }
        $numbers = Library::room('const double *', count($columns));
        foreach (array_values($columns) as $place => $values) {
            $name = (string) array_keys($columns)[$place];
            Rows::mustBe($this->rows, $name, $values);
            $numbers[$place] = $this->keep(Library::doubles($name, $values));
        }
        $this->kept[] = $numbers;
        $this->struct->numbers = Library::pointers('const double *const *', $numbers);
        $this->struct->number_count = count($columns);
        $this->struct->number_names = $this->names(array_keys($columns));
    }

    /** @param list<int|string> $names */
    private function names(array $names): CData
    {
        $pointers = Library::room('const char *', count($names));
        foreach ($names as $place => $name) {
            $pointers[$place] = $this->keep(Library::text((string) $name));
        }
        $this->kept[] = $pointers;
        return Library::pointers('const char *const *', $pointers);
    }

    /** The address of an array's first element. */
    private function keep(CData $array): CData
    {
        $this->kept[] = $array;
        return Library::element($array);
    }
}
