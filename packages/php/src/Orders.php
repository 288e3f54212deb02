<?php

declare(strict_types=1);

namespace Loyalty;

use FFI\CData;

/**
 * A checked order log, on its way to a summary.
 *
 * @internal
 */
final class Orders extends Handle
{
    protected const NAME = 'orders';

    public static function of(CData $customer, CData $columns): self
    {
        return new self('orders_new_int', $customer, Library::address($columns));
    }
}
