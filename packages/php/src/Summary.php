<?php

declare(strict_types=1);

namespace Loyalty;

/** Customers by their purchases, a row each: frequency, recency, T, and mean spend. */
final class Summary extends Handle implements \Countable
{
    protected const NAME = 'summary';

    /**
     * @param list<int|float> $frequency repeat purchases
     * @param list<int|float> $recency time from the first purchase to the last
     * @param list<int|float> $T time from the first purchase to the end of observation
     * @param list<int|float>|null $monetaryValue mean of the repeat purchases, 0 where there are none
     */
    public static function of(
        array $frequency,
        array $recency,
        array $T,
        ?array $monetaryValue = null,
        Unit $unit = Unit::None,
    ): self {
        $columns = Library::struct('loyalty_summary_columns');
        $columns->rows = count($frequency);
        $columns->unit = $unit->value;
        $kept = [];
        $given = ['frequency' => $frequency, 'recency' => $recency, 'T' => $T, 'monetary_value' => $monetaryValue];
        foreach ($given as $name => $values) {
            if ($values !== null) {
                Rows::mustBe(count($frequency), $name, $values);
                $kept[$name] = Library::doubles($name, $values);
                $columns->$name = Library::element($kept[$name]);
            }
        }
        return new self('summary_new', Library::address($columns));
    }

    /**
     * From orders, whatever their order: who, when, and how much was paid.
     *
     * @param list<int> $customer
     * @param list<int> $time on the scale
     * @param list<int|float> $amount
     * @param int|null $observationEnd microseconds since 1970-01-01T00:00; null for the last order
     */
    public static function ofOrders(
        array $customer,
        array $time,
        array $amount,
        Unit $unit,
        ?int $observationEnd = null,
        TimeScale $scale = TimeScale::Days,
    ): self {
        $rows = count($customer);
        Rows::mustBe($rows, 'time', $time);
        Rows::mustBe($rows, 'amount', $amount);
        $times = Library::integers('time', $time);
        $amounts = Library::doubles('amount', $amount);
        $columns = Library::struct('loyalty_order_columns');
        $columns->rows = $rows;
        $columns->time = Library::element($times);
        $columns->time_scale = $scale->value;
        $columns->amount = Library::element($amounts);
        $orders = Orders::of(Library::integers('customer', $customer), $columns);

        $options = Library::struct('loyalty_summary_options');
        $options->unit = $unit->value;
        if ($observationEnd !== null) {
            $end = Library::integers('observation end', [$observationEnd]);
            $options->observation_end = Library::element($end);
        }
        return new self('orders_summarize', $orders->handle, Library::address($options));
    }

    /** The number of customers. */
    public function count(): int
    {
        return Library::ffi()->loyalty_summary_len($this->handle);
    }

    /** @return list<int> */
    public function frequency(): array
    {
        $rows = count($this);
        $out = Library::room('uint32_t', $rows);
        Library::call('loyalty_summary_frequency', $this->handle, $out, $rows);
        return Library::read('L', $out, $rows);
    }

    /** @return list<float> */
    public function recency(): array
    {
        return Library::column(count($this), 'loyalty_summary_recency', $this->handle);
    }

    /** @return list<float> */
    public function T(): array
    {
        return Library::column(count($this), 'loyalty_summary_T', $this->handle);
    }

    /** @return list<float> */
    public function monetaryValue(): array
    {
        return Library::column(count($this), 'loyalty_summary_monetary_value', $this->handle);
    }

    /**
     * The lifetime value of each customer: what their purchases to come are worth today.
     *
     * @param float $margin profit of a unit of money spent, such as 0.3
     * @return list<float>
     */
    public function clv(
        PurchaseModel $purchases,
        SpendModel $spend,
        Discounting $discounting,
        float $margin,
        int $threads = 1,
    ): array {
        $handles = [$purchases->handle, $spend->handle, $this->handle, $discounting->handle];
        return Library::column(count($this), 'loyalty_clv', ...$handles, ...[$margin, $threads]);
    }
}
