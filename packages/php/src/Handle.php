<?php

declare(strict_types=1);

namespace Loyalty;

use FFI\CData;

/**
 * An object of the library, freed with this one.
 *
 * @internal
 */
abstract class Handle
{
    /** What it is called in C, without `loyalty_`. */
    protected const NAME = '';

    /** @internal */
    public readonly CData $handle;

    /** Calls the function of C that makes it, whose last parameters are the place and the error. */
    final protected function __construct(string $function, mixed ...$arguments)
    {
        $handle = Library::ffi()->new('loyalty_' . static::NAME . ' *');
        Library::call("loyalty_$function", ...$arguments, ...[Library::address($handle)]);
        $this->handle = $handle;
    }

    public function __destruct()
    {
        // A constructor that threw has made nothing.
        if (isset($this->handle)) {
            Library::ffi()->{'loyalty_' . static::NAME . '_free'}($this->handle);
        }
    }

    private function __clone()
    {
    }

    public function __serialize(): array
    {
        throw new \LogicException(static::class . ' stands in memory of C and cannot be serialized');
    }
}
