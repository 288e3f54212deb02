<?php

declare(strict_types=1);

namespace Loyalty;

use FFI\CData;

/**
 * A column of ids, whole numbers or text as Arrow lays it out.
 *
 * @internal
 */
final class Ids
{
    /**
     * Fills the struct; gives the arrays to which it points.
     *
     * @param list<int|string> $values
     * @return list<CData>
     */
    public static function fill(CData $ids, string $name, array $values): array
    {
        if ($values === [] || is_int($values[0])) {
            $numbers = Library::integers($name, $values);
            $ids->numbers = Library::element($numbers);
            return [$numbers];
        }
        [$ends, $text] = self::arrow($name, $values);
        $offsets = Library::filled('int64_t', count($values) + 1, $ends);
        $data = Library::text($text);
        $ids->offsets = Library::element($offsets);
        $ids->data = Library::element($data);
        return [$offsets, $data];
    }

    /**
     * Text as Arrow lays it out: where each begins and the last ends, packed, and all of them in one.
     *
     * @param list<string> $values
     * @return array{string, string}
     */
    public static function arrow(string $name, array $values): array
    {
        $ends = [0];
        $end = 0;
        foreach ($values as $row => $value) {
            if (!is_string($value)) {
                throw new \TypeError("column \"$name\", row $row: must be a string, got " . get_debug_type($value));
            }
            $ends[] = $end += strlen($value);
        }
        return [pack('q*', ...$ends), implode('', $values)];
    }
}
