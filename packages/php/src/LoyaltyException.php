<?php

declare(strict_types=1);

namespace Loyalty;

/** The library's reason: the message names the file, column, row and value, and what is allowed. */
final class LoyaltyException extends \RuntimeException
{
    /** The kind of reason; `Other` for a number of a later library. */
    public readonly Status $status;

    public function __construct(int $status, string $message)
    {
        parent::__construct($message, $status);
        $this->status = Status::tryFrom($status) ?? Status::Other;
    }
}
