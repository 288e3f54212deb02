<?php

declare(strict_types=1);

namespace Loyalty;

/** How much customers spend: a model of any kind, from its file. */
final class SpendModel extends Handle
{
    protected const NAME = 'spend_model';

    /** Reads the file once in a process, and again after it has changed. */
    public static function open(string $path): self
    {
        return new self('spend_model_open', $path);
    }

    /** What a purchase of a customer is expected to be worth, by the mean of so many. */
    public function expectedSpend(int $transactions, float $mean): float
    {
        $count = Library::count('transactions', $transactions);
        return Library::number('loyalty_spend_model_expected_spend', $this->handle, $count, $mean);
    }

    /**
     * The same of each customer.
     *
     * @return list<float>
     */
    public function expectedSpendOf(Summary $customers, int $threads = 1): array
    {
        $function = 'loyalty_spend_model_expected_spend_batch';
        return Library::column(count($customers), $function, $this->handle, $customers->handle, $threads);
    }
}
