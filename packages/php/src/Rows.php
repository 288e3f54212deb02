<?php

declare(strict_types=1);

namespace Loyalty;

/**
 * Columns of one table have the same length: C is told it once and reads so far in each.
 *
 * @internal
 */
final class Rows
{
    /** @param array<mixed> $values */
    public static function mustBe(int $rows, string $column, array $values): void
    {
        if (count($values) !== $rows) {
            $got = count($values);
            $message = "column \"$column\" has $got rows, but $rows are expected";
            throw new LoyaltyException(Status::Length->value, $message);
        }
        if (!array_is_list($values)) {
            throw new \TypeError("column \"$column\" must be a list");
        }
    }
}
