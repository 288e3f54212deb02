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
        $ends = [0];
        foreach ($values as $row => $value) {
            if (!is_string($value)) {
                throw new \TypeError("column \"$name\", row $row: must be a string, got " . get_debug_type($value));
            }
            $ends[] = end($ends) + strlen($value);
        }
        $offsets = Library::integers($name, $ends);
        $data = Library::text(implode('', $values));
        $ids->offsets = Library::element($offsets);
        $ids->data = Library::element($data);
        return [$offsets, $data];
    }
}
