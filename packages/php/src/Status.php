<?php

declare(strict_types=1);

namespace Loyalty;

/** Why a call failed, by the numbers of `loyalty_status` in the C header. */
enum Status: int
{
    case NullArgument = 1;
    case InvalidUtf8 = 2;
    case Parameter = 3;
    case Choice = 4;
    case Value = 5;
    case Type = 6;
    case Length = 7;
    case MissingColumn = 8;
    case Refused = 9;
    case Empty = 10;
    case Unit = 11;
    case Degenerate = 12;
    case NotConverged = 13;
    case Cancelled = 14;
    case Infinite = 15;
    case Segments = 16;
    case ModelFile = 17;
    case Panic = 18;
    case Other = 19;
    case Treatments = 20;
    case Unavailable = 21;
    case ReadOnly = 22;
    case OutOfMemory = 23;
}
