<?php

declare(strict_types=1);

namespace Loyalty;

/** What whole numbers of time count since 1970-01-01T00:00, wall-clock time. */
enum TimeScale: int
{
    case Days = 1;
    case Seconds = 2;
    case Milliseconds = 3;
    case Microseconds = 4;
    case Nanoseconds = 5;
}
