<?php

declare(strict_types=1);

namespace Loyalty;

/** The behaviours of one customer. */
final class BehaviourLabel
{
    /** @param array<string, BehaviourScore> $scores by the behaviour's name */
    public function __construct(
        /** The costliest behaviour of which they are labelled; null for none. */
        public readonly ?string $primary,
        public readonly array $scores,
    ) {
    }
}
