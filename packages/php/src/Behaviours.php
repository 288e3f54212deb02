<?php

declare(strict_types=1);

namespace Loyalty;

/** Costly behaviours: labels of customers by their rows of the ledger. */
final class Behaviours extends Handle
{
    protected const NAME = 'behaviours';

    /** Reads the file once in a process, and again after it has changed. */
    public static function open(string $path): self
    {
        return new self('behaviours_open', $path);
    }

    /**
     * The columns of a ledger, in their order.
     *
     * @return list<string>
     */
    public static function ledgerColumns(): array
    {
        return self::names(Library::ffi()->loyalty_ledger_column_count(), 'loyalty_ledger_column_name');
    }

    /**
     * The behaviours, in their order.
     *
     * @return list<string>
     */
    public static function behaviours(): array
    {
        return self::names(Library::ffi()->loyalty_behaviour_count(), 'loyalty_behaviour_name');
    }

    /**
     * Labels one customer.
     *
     * @param list<int|float> $ledger the customer's values, in the order of ledgerColumns()
     * @param string|null $group their peers; null or unknown: they are measured against all
     */
    public function classify(array $ledger, ?string $group = null, bool $optedOut = false): BehaviourLabel
    {
        if (!array_is_list($ledger)) {
            throw new \TypeError('the ledger must be a list in the order of ledgerColumns()');
        }
        $names = self::behaviours();
        $scores = Library::room('loyalty_behaviour_score', count($names));
        $primary = Library::room('int32_t', 1);
        $groups = Library::room('const char *', 1);
        if ($group !== null) {
            $text = Library::text($group);
            $groups[0] = Library::element($text);
        }
        $opted = Library::room('bool', 1);
        $opted[0] = $optedOut;
        $table = [Library::doubles('ledger', $ledger), 1, count($ledger), $groups, $opted];
        $out = [$scores, count($names), $primary];
        Library::call('loyalty_behaviours_classify', $this->handle, ...$table, ...$out);
        $read = BehaviourScore::read(\FFI::string($scores, \FFI::sizeof($scores)));
        return new BehaviourLabel($names[$primary[0]] ?? null, $read);
    }

    /** One of them, by its place. */
    public static function behaviour(int $place): string
    {
        return self::name('loyalty_behaviour_name', $place);
    }

    /** @return list<string> */
    private static function names(int $count, string $function): array
    {
        static $known = [];
        return $known[$function] ??= array_map(fn ($place) => self::name($function, $place), range(0, $count - 1));
    }

    private static function name(string $function, int $place): string
    {
        $buffer = Library::room('char', 64);
        Library::call($function, $place, $buffer, 64, null);
        return \FFI::string($buffer);
    }
}
