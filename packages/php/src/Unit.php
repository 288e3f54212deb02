<?php

declare(strict_types=1);

namespace Loyalty;

/** In what recency, T and horizons are counted. */
enum Unit: int
{
    case None = 0;
    case Hour = 1;
    case Day = 2;
    case Week = 3;
    case Month = 4;
    case Year = 5;
    case CalendarWeek = 6;
    case CalendarMonth = 7;
    case CalendarQuarter = 8;
    case CalendarYear = 9;
}
