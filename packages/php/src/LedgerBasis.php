<?php

declare(strict_types=1);

namespace Loyalty;

/** What a ledger has learnt of the whole shop, by which the row of one customer is made alone. */
final class LedgerBasis extends Handle
{
    protected const NAME = 'ledger_basis';

    /** Reads the file once in a process, and again after it has changed. */
    public static function open(string $path): self
    {
        return new self('ledger_basis_open', $path);
    }
}
