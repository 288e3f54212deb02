<?php

declare(strict_types=1);

namespace Loyalty;

/** How far the future of a lifetime value reaches, and what later money is worth today. */
final class Discounting extends Handle
{
    protected const NAME = 'discounting';

    /** @param float $rate a year, such as 0.1 for 10 % */
    public static function annual(float $horizon, float $rate, Unit $unit): self
    {
        return new self('discounting_annual', $horizon, $rate, $unit->value);
    }
}
