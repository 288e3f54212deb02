<?php

declare(strict_types=1);

namespace Loyalty;

use FFI\CData;

/**
 * The models by which one customer is scored in one call while they wait: P(alive), lifetime value, behaviours, the return
 * of each line of their basket, and what is decided for them.
 */
final class CheckOut extends Handle
{
    protected const NAME = 'check_out';

    private const LINES = 64;
    private const TEXT = 1024;

    /**
     * What comes back from C, for one customer after the other.
     *
     * @var array{score: CData, behaviours: CData, returns: CData}|null
     */
    private static ?array $room = null;

    /**
     * What is left out is left out of the score.
     *
     * @param LedgerBasis|null $basis of the ledger that the behaviours were learnt from, which need it
     * @param string|null $treatments the table of treatments as JSON, as Python's `Treatments.to_json` writes it
     * @param bool $customaryTreatments whether it is the table that comes along, where none is given
     * @param float|null $margin of which lifetime values are; null for revenue, by which no treatment is weighed
     * @param float $horizon how far expected purchases and lifetime value reach, in the unit of the model of purchases
     * @param float $annualDiscountRate such as 0.1 for 10 %
     * @param bool $gross whether purchases count as paid instead of net of what came back
     * @param bool $includeFirst whether the mean amount is of all purchases, the first one included
     * @param Occasion $occasion what counts as one purchase; both as in the summary that the models were fitted to
     */
    public static function of(
        ?PurchaseModel $purchases = null,
        ?SpendModel $spend = null,
        ?LedgerBasis $basis = null,
        ?Behaviours $behaviours = null,
        ?string $treatments = null,
        bool $customaryTreatments = false,
        ?float $margin = null,
        float $horizon = 52,
        float $annualDiscountRate = 0,
        bool $gross = false,
        bool $includeFirst = false,
        Occasion $occasion = Occasion::Natural,
    ): self {
        $options = Library::struct('loyalty_check_out_options');
        $options->purchases = $purchases?->handle;
        $options->spend = $spend?->handle;
        $options->basis = $basis?->handle;
        $options->behaviours = $behaviours?->handle;
        $table = $treatments === null ? null : Library::text($treatments);
        $options->treatments = $table === null ? null : Library::element($table);
        $options->customary_treatments = $customaryTreatments;
        $share = Library::room('double', 1);
        $share[0] = $margin ?? 0;
        $options->margin = $margin === null ? null : Library::element($share);
        $options->horizon = $horizon;
        $options->annual_discount_rate = $annualDiscountRate;
        $options->gross = $gross;
        $options->include_first = $includeFirst;
        $options->occasion = $occasion->value;
        return new self('check_out_new', Library::address($options));
    }

    /**
     * Scores one customer.
     *
     * @param int $now until when they were observed, on the scale
     * @param Lines|null $basket and the model of returns by which its lines are scored: both or neither
     * @param string|null $group their peers; null or unknown: they are measured against all
     */
    public function score(
        CustomerRecord $record,
        int $now,
        ?ReturnPropensity $returns = null,
        ?Lines $basket = null,
        ?string $group = null,
        TimeScale $scale = TimeScale::Days,
    ): CustomerScore {
        $lines = $basket === null ? 0 : count($basket);
        ['score' => $score, 'behaviours' => $behaviours, 'returns' => $probabilities] = self::room($lines);
        $customer = [$record->handle, $group, $now, $scale->value, $returns?->handle, $basket?->handle];
        $out = [Library::address($score), $behaviours, count($behaviours), $probabilities, $lines];
        Library::call('loyalty_check_out_score', $this->handle, ...$customer, ...$out);
        $read = unpack(CustomerScore::STRUCT, \FFI::string(Library::address($score), \FFI::sizeof($score)));
        return new CustomerScore(
            $read,
            $read['primary'] < 0 ? null : Behaviours::behaviour($read['primary']),
            $read['treatment'] < 0 ? null : $this->treatment($score, $read),
            $lines === 0 ? [] : array_values(unpack("d$lines", \FFI::string($probabilities, 8 * $lines))),
            \FFI::string($behaviours, \FFI::sizeof($behaviours)),
        );
    }

    /** @param array<string, int|float> $read */
    private function treatment(CData $score, array $read): Treatment
    {
        $texts = Library::room('char', 3 * self::TEXT);
        $places = [$texts, Library::element($texts, self::TEXT), Library::element($texts, 2 * self::TEXT)];
        $room = [$places[0], self::TEXT, $places[1], self::TEXT, $places[2], self::TEXT];
        Library::call('loyalty_check_out_treatment', $this->handle, Library::address($score), ...$room);
        // Not by array_map, whose calls would not be those of a preloaded file.
        $said = [\FFI::string($places[0]), \FFI::string($places[1]), \FFI::string($places[2])];
        return new Treatment($read['treatment'], ...$said, ...[$read['gain'], $read['basis'], $read['cost']]);
    }

    /** @return array{score: CData, behaviours: CData, returns: CData} */
    private static function room(int $lines): array
    {
        if (self::$room === null || count(self::$room['returns']) < $lines) {
            self::$room = [
                'score' => Library::struct('loyalty_customer_score'),
                'behaviours' => Library::room('loyalty_behaviour_score', Library::ffi()->loyalty_behaviour_count()),
                'returns' => Library::room('double', max($lines, self::LINES)),
            ];
        }
        return self::$room;
    }
}
