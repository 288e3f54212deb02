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

    /**
     * The structs that C has filled, as PHP reads them; the tests hold this against the header.
     *
     * @internal
     */
    public const STRUCT = 'Cknown/Clabelled/x6/destimate/dthreshold/dp_over/dimpact/devents/dorders';
    public const LENGTH = 56;

    /**
     * @internal
     * @return array<string, self> by the behaviour's name
     */
    public static function read(string $structs): array
    {
        $of = [];
        foreach (Behaviours::behaviours() as $place => $name) {
            $s = unpack(self::STRUCT, $structs, self::LENGTH * $place);
            $numbers = [$s['estimate'], $s['threshold'], $s['p_over'], $s['impact'], $s['events'], $s['orders']];
            $of[$name] = new self($name, $s['known'] === 1, $s['labelled'] === 1, ...$numbers);
        }
        return $of;
    }
}
