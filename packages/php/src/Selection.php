<?php

declare(strict_types=1);

namespace Loyalty;

/** For each customer one treatment or none, so that the gains add up to as much as the capacities allow. */
final class Selection extends Handle
{
    protected const NAME = 'selection';

    private int $customers;

    /** @var list<int|string> */
    private array $treatments;

    /**
     * @param array<string, list<int|float>> $gains by treatment: the expected gain with each customer
     * @param array<string, int|float> $capacities by name: how much there is
     * @param array<string, array<string, int|float>> $uses by capacity and treatment: what it takes; 0 where left out
     */
    public static function of(array $gains, array $capacities = [], array $uses = [], int $threads = 1): self
    {
        $customers = $gains === [] ? 0 : count(reset($gains));
        $all = [];
        foreach ($gains as $treatment => $of) {
            Rows::mustBe($customers, "gains of $treatment", $of);
            array_push($all, ...$of);
        }
        $taken = self::taken(array_keys($gains), array_keys($capacities), $uses);
        $table = [Library::doubles('gains', $all), $customers, count($gains)];
        $limits = [Library::doubles('capacities', array_values($capacities)), count($capacities)];
        $selection = new self('select', ...$table, ...$limits, ...[Library::doubles('uses', $taken), $threads]);
        $selection->customers = $customers;
        $selection->treatments = array_keys($gains);
        return $selection;
    }

    /**
     * What treatments take, capacity by capacity. A name that is not known is a slip, not a 0.
     *
     * @param list<int|string> $treatments
     * @param list<int|string> $capacities
     * @param array<string, array<string, int|float>> $uses
     * @return list<int|float>
     */
    private static function taken(array $treatments, array $capacities, array $uses): array
    {
        self::known('capacity', array_keys($uses), $capacities);
        $taken = [];
        foreach ($capacities as $capacity) {
            $of = $uses[$capacity] ?? [];
            self::known('treatment', array_keys($of), $treatments);
            foreach ($treatments as $treatment) {
                $taken[] = $of[$treatment] ?? 0;
            }
        }
        return $taken;
    }

    /**
     * @param list<int|string> $names
     * @param list<int|string> $allowed
     */
    private static function known(string $what, array $names, array $allowed): void
    {
        foreach (array_diff($names, $allowed) as $name) {
            $message = "uses: $what must be one of " . implode(', ', $allowed) . ", got $name";
            throw new LoyaltyException(Status::Choice->value, $message);
        }
    }

    /**
     * The treatment of each customer, or null.
     *
     * @return list<string|null>
     */
    public function choice(): array
    {
        $out = Library::room('int32_t', $this->customers);
        Library::call('loyalty_selection_choice', $this->handle, $out, $this->customers);
        $chosen = [];
        foreach (Library::read('l', $out, $this->customers) as $place) {
            $chosen[] = $place < 0 ? null : (string) $this->treatments[$place];
        }
        return $chosen;
    }

    /** What the choice gains. */
    public function gain(): float
    {
        return Library::ffi()->loyalty_selection_gain($this->handle);
    }

    /** What no choice can exceed. */
    public function bound(): float
    {
        return Library::ffi()->loyalty_selection_bound($this->handle);
    }
}
