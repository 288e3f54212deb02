<?php

declare(strict_types=1);

namespace Loyalty;

/** What counts as one purchase: all orders of a customer within such a period. */
enum Occasion: int
{
    /** As the unit says. */
    case Natural = 0;
    case Exact = 1;
    case Hour = 2;
    case Day = 3;
    case Week = 4;
    case Month = 5;
    case Quarter = 6;
    case Year = 7;
}
