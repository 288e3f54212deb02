<?php

declare(strict_types=1);

namespace Loyalty;

/** What a contact with a customer is. */
enum Contact: int
{
    /** The customer asked for service. */
    case Service = 0;
    /** They did because of the shop: a late delivery, a defect. */
    case FirmCaused = 1;
    /** The shop wrote to them. */
    case Marketing = 2;
}
