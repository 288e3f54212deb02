<?php

declare(strict_types=1);

namespace Loyalty;

/** What is decided for a customer: the treatment that gains most. */
final class Treatment
{
    public function __construct(
        /** Its place in the table of treatments. */
        public readonly int $number,
        public readonly string $name,
        public readonly string $channel,
        /** Why, in one sentence with the customer's numbers. */
        public readonly string $reason,
        /** What it is expected to gain. */
        public readonly float $gain,
        /** What it works on. */
        public readonly float $basis,
        public readonly float $cost,
    ) {
    }
}
