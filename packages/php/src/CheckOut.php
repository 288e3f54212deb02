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

    /**
     * The structs as pack() writes them; the tests hold this against the header.
     *
     * @internal
     */
    public const OPTIONS = 'q6C3xlddq';
    public const LENGTH = 80;
    public const FILES = 40;

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
        $models = array_map(Library::place(...), [$purchases, $spend, $basis, $behaviours]);
        $said = [$treatments, $customaryTreatments, $margin, $horizon, $annualDiscountRate, $gross, $includeFirst];
        $memory = new Memory();
        $options = self::options($memory, $models, $said, $occasion);
        return new self('check_out_new', Library::address($options));
    }

    /**
     * The same by the models' files: they are read, and the check-out is made, once in a process, and again after a file has
     * changed. What php-fpm wants, which forgets all objects with the request.
     *
     * @param string|null $basis of the ledger that the behaviours were learnt from, which need it
     */
    public static function open(
        ?string $purchases = null,
        ?string $spend = null,
        ?string $basis = null,
        ?string $behaviours = null,
        ?string $treatments = null,
        bool $customaryTreatments = false,
        ?float $margin = null,
        float $horizon = 52,
        float $annualDiscountRate = 0,
        bool $gross = false,
        bool $includeFirst = false,
        Occasion $occasion = Occasion::Natural,
    ): self {
        $said = [$treatments, $customaryTreatments, $margin, $horizon, $annualDiscountRate, $gross, $includeFirst];
        $memory = new Memory();
        $options = self::options($memory, [0, 0, 0, 0], $said, $occasion);
        $words = [self::FILES];
        foreach ([$purchases, $spend, $basis, $behaviours] as $path) {
            $words[] = $path === null ? 0 : $memory->put("$path\0");
        }
        $files = Library::ffi()->new('loyalty_check_out_files');
        $memory->write($files, pack('q*', ...$words));
        return new self('check_out_open', Library::address($files), Library::address($options));
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

    /**
     * The struct of options, and in the memory what it points to.
     *
     * @param list<int> $models their addresses
     * @param array{?string, bool, ?float, float, float, bool, bool} $said
     */
    private static function options(Memory $memory, array $models, array $said, Occasion $occasion): CData
    {
        [$treatments, $customary, $margin, $horizon, $rate, $gross, $includeFirst] = $said;
        $table = $treatments === null ? 0 : $memory->put("$treatments\0");
        $share = $margin === null ? 0 : $memory->put(pack('d', $margin));
        $flags = [(int) $customary, (int) $gross, (int) $includeFirst];
        $numbers = [$occasion->value, $horizon, $rate, $share];
        $options = Library::ffi()->new('loyalty_check_out_options');
        $memory->write($options, pack(self::OPTIONS, self::LENGTH, ...$models, ...[$table], ...$flags, ...$numbers));
        return $options;
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
