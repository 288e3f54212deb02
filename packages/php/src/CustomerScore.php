<?php

declare(strict_types=1);

namespace Loyalty;

/** What is said of one customer at the check-out. What is not known is null. */
final class CustomerScore
{
    /**
     * The struct as unpack() reads it; the tests hold this against the header.
     *
     * @internal
     */
    public const STRUCT = 'x8/C4known/Lfrequency/drecency/dT/dmonetary_value/dp_alive/dexpected_purchases'
        . '/dexpected_spend/dclv/dprofit/lprimary/ltreatment/dgain/dbasis/dcost';

    /** Repeat purchases; null of who has not bought. */
    public readonly ?int $frequency;
    /** From the first purchase to the last, in the unit of the model of purchases. */
    public readonly ?float $recency;
    /** From the first purchase to now. */
    public readonly ?float $T;
    /** Mean amount of a purchase. */
    public readonly ?float $monetaryValue;
    public readonly ?float $pAlive;
    /** Within the horizon. */
    public readonly ?float $expectedPurchases;
    /** Of a purchase. */
    public readonly ?float $expectedSpend;
    /** Lifetime value: in margin, or in revenue where no margin is given. */
    public readonly ?float $clv;
    /** What the customer has brought so far, by the ledger. */
    public readonly ?float $profit;

    /**
     * @internal
     * @param array<string, int|float> $read as STRUCT has it
     * @param list<float> $returns
     * @param string $behaviours the structs of their scores
     */
    public function __construct(
        array $read,
        /** The costliest behaviour of which they are labelled; null for none. */
        public readonly ?string $primary,
        /** What is decided for them; null where nothing gains anything. */
        public readonly ?Treatment $treatment,
        /** The probability of each line of the basket to be sent back. */
        public readonly array $returns,
        private readonly string $behaviours,
    ) {
        $bought = $read['known1'] === 1;
        $valued = $read['known3'] === 1;
        $this->frequency = $bought ? $read['frequency'] : null;
        $this->recency = $bought ? $read['recency'] : null;
        $this->T = $bought ? $read['T'] : null;
        $this->monetaryValue = $bought ? $read['monetary_value'] : null;
        $this->pAlive = $bought ? $read['p_alive'] : null;
        $this->expectedPurchases = $read['known2'] === 1 ? $read['expected_purchases'] : null;
        $this->expectedSpend = $valued ? $read['expected_spend'] : null;
        $this->clv = $valued ? $read['clv'] : null;
        $this->profit = $read['known4'] === 1 ? $read['profit'] : null;
    }

    /** What is said of each behaviour. */
    public function behaviours(): BehaviourLabel
    {
        return new BehaviourLabel($this->primary, BehaviourScore::read($this->behaviours));
    }
}
