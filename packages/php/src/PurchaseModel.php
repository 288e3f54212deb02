<?php

declare(strict_types=1);

namespace Loyalty;

/** When customers buy: a model of purchases of any kind, from its file. */
final class PurchaseModel extends Handle
{
    protected const NAME = 'purchase_model';

    /** Reads the file once in a process, and again after it has changed. */
    public static function open(string $path): self
    {
        return new self('purchase_model_open', $path);
    }

    /** In what its times are counted. */
    public function unit(): Unit
    {
        return Unit::from(Library::ffi()->loyalty_purchase_model_unit($this->handle));
    }

    /** The probability that a customer with $frequency repeat purchases, the last at $recency of $T, still buys. */
    public function pAlive(int $frequency, float $recency, float $T): float
    {
        $x = Library::count('frequency', $frequency);
        return Library::number('loyalty_purchase_model_p_alive', $this->handle, $x, $recency, $T);
    }

    /** How many purchases they are expected to make within the horizon. */
    public function expectedPurchases(int $frequency, float $recency, float $T, float $horizon): float
    {
        $x = Library::count('frequency', $frequency);
        $function = 'loyalty_purchase_model_expected_purchases';
        return Library::number($function, $this->handle, $x, $recency, $T, $horizon);
    }

    /**
     * P(alive) of each customer.
     *
     * @return list<float>
     */
    public function pAliveOf(Summary $customers, int $threads = 1): array
    {
        $function = 'loyalty_purchase_model_p_alive_batch';
        return Library::column(count($customers), $function, $this->handle, $customers->handle, $threads);
    }

    /**
     * Purchases that each customer is expected to make within the horizon.
     *
     * @return list<float>
     */
    public function expectedPurchasesOf(Summary $customers, float $horizon, int $threads = 1): array
    {
        $function = 'loyalty_purchase_model_expected_purchases_batch';
        return Library::column(count($customers), $function, $this->handle, $customers->handle, $horizon, $threads);
    }
}
