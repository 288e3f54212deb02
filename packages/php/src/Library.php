<?php

declare(strict_types=1);

namespace Loyalty;

use FFI;
use FFI\CData;

/**
 * The C library, and what goes into it and comes out.
 *
 * @internal
 */
final class Library
{
    private const SCOPE = 'loyalty';
    private const HEADERS = ['/usr/local/include/loyalty.ffi.h', '/usr/include/loyalty.ffi.h'];
    private const MESSAGE = 1024;

    private static ?FFI $ffi = null;
    private static CData $error;
    private static CData $errorPlace;

    /** Where `ffi.preload` has read the header, that is found again; elsewhere it is read now. */
    public static function ffi(): FFI
    {
        if (self::$ffi === null) {
            try {
                self::$ffi = FFI::scope(self::SCOPE);
            } catch (FFI\Exception $refused) {
                if (PHP_SAPI !== 'cli' && ini_get('ffi.preload')) {
                    throw $refused;
                }
                self::$ffi = FFI::load(self::header());
            }
            self::$error = self::$ffi->new('loyalty_error *');
            self::$errorPlace = FFI::addr(self::$error);
        }
        return self::$ffi;
    }

    private static function header(): string
    {
        $named = getenv('LOYALTY_FFI_HEADER');
        foreach ($named === false ? self::HEADERS : [$named] as $path) {
            if (is_file($path)) {
                return $path;
            }
        }
        throw new \RuntimeException(
            'loyalty.ffi.h is not at ' . implode(' or ', $named === false ? self::HEADERS : [$named])
            . '; LOYALTY_FFI_HEADER says where it is',
        );
    }

    /** Calls a function whose last parameter takes the error. */
    public static function call(string $function, mixed ...$arguments): void
    {
        $ffi = self::ffi();
        $arguments[] = self::$errorPlace;
        $status = $ffi->$function(...$arguments);
        if ($status !== 0) {
            $message = $ffi->new('char[' . self::MESSAGE . ']');
            $ffi->loyalty_error_message(self::$error, $message, self::MESSAGE);
            throw new LoyaltyException($status, FFI::string($message));
        }
    }

    /** Calls a function with one number as its result. */
    public static function number(string $function, mixed ...$arguments): float
    {
        $out = self::ffi()->new('double');
        self::call($function, ...$arguments, ...[FFI::addr($out)]);
        return $out->cdata;
    }

    /**
     * Calls a function that fills a column.
     *
     * @return list<float>
     */
    public static function column(int $rows, string $function, mixed ...$arguments): array
    {
        $out = self::room('double', $rows);
        self::call($function, ...$arguments, ...[$out, $rows]);
        return self::read('d', $out, $rows);
    }

    /** A struct with the defaults that its `_init` function sets. */
    public static function struct(string $name): CData
    {
        $struct = self::ffi()->new($name);
        self::ffi()->{"{$name}_init"}(FFI::addr($struct), FFI::sizeof($struct));
        return $struct;
    }

    /** An array of C, of one element at least. */
    public static function room(string $type, int $length): CData
    {
        return self::ffi()->new($type . '[' . max($length, 1) . ']');
    }

    /**
     * What stands in an array of C, by the letter that unpack() has for its type.
     *
     * @return list<int|float>
     */
    public static function read(string $letter, CData $array, int $length): array
    {
        return $length === 0 ? [] : array_values(unpack("$letter*", FFI::string($array, FFI::sizeof($array))));
    }

    /**
     * Numbers as an array of C.
     *
     * @param list<int|float> $values
     */
    public static function doubles(string $name, array $values): CData
    {
        return self::filled('double', count($values), self::packedDoubles($name, $values));
    }

    /**
     * Whole numbers as an array of C.
     *
     * @param list<int> $values
     */
    public static function integers(string $name, array $values): CData
    {
        return self::filled('int64_t', count($values), self::packedIntegers($name, $values));
    }

    /** @param list<int|float> $values */
    public static function packedDoubles(string $name, array $values): string
    {
        foreach ($values as $row => $value) {
            if (!is_float($value) && !is_int($value)) {
                throw new \TypeError("column \"$name\", row $row: must be a number, got " . get_debug_type($value));
            }
        }
        return $values === [] ? '' : pack('d*', ...$values);
    }

    /** @param list<int> $values */
    public static function packedIntegers(string $name, array $values): string
    {
        foreach ($values as $row => $value) {
            if (!is_int($value)) {
                throw new \TypeError("column \"$name\", row $row: must be an int, got " . get_debug_type($value));
            }
        }
        return $values === [] ? '' : pack('q*', ...$values);
    }

    /** An array of C that holds these bytes. */
    public static function filled(string $type, int $length, string $bytes): CData
    {
        $array = self::room($type, $length);
        FFI::memcpy($array, $bytes, strlen($bytes));
        return $array;
    }

    /** A count as C's uint32_t, which PHP would wrap around. */
    public static function count(string $name, int $value): int
    {
        if ($value >= 0 && $value <= 0xFFFFFFFF) {
            return $value;
        }
        throw new LoyaltyException(
            Status::Parameter->value,
            "$name must be a whole number from 0 to 4294967295, got $value",
        );
    }

    /** Text closed by a NUL, for a field of a struct; PHP converts only parameters. */
    public static function text(string $text): CData
    {
        $bytes = self::room('char', strlen($text) + 1);
        FFI::memcpy($bytes, $text . "\0", strlen($text) + 1);
        return $bytes;
    }

    /** A pointer to an element, as the fields of structs want it. */
    public static function element(CData $array, int $place = 0): CData
    {
        return FFI::addr($array[$place]);
    }

    /** Where an object of the library is, as a number; 0 for none. */
    public static function place(?Handle $of): int
    {
        return $of === null ? 0 : self::ffi()->cast('uintptr_t', $of->handle)->cdata;
    }

    public static function address(CData $value): CData
    {
        return FFI::addr($value);
    }
}
