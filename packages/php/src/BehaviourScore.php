<?php

declare(strict_types=1);

namespace Loyalty;

/** What is said of one customer and one behaviour. */
final class BehaviourScore
{
    public function __construct(
        /** Such as "service_demander". */
        public readonly string $behaviour,
        /** Whether the behaviour could be looked at; otherwise all else is 0. */
        public readonly bool $known,
        public readonly bool $labelled,
        /** How strongly they are expected to show it. */
        public readonly float $estimate,
        /** What that is compared with. */
        public readonly float $threshold,
        /** Probability that they show it more strongly than that. */
        public readonly float $pOver,
        /** What it is expected to cost the shop in a year. */
        public readonly float $impact,
        /** Events that show it. */
        public readonly float $events,
        /** Orders in which they lie. */
        public readonly float $orders,
    ) {
    }
}
