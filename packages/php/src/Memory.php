<?php

declare(strict_types=1);

namespace Loyalty;

use FFI;
use FFI\CData;

/**
 * What the structs of one call point to. PHP packs the columns as text, which goes into memory of C in one piece: a call
 * of FFI for each would take longer than the score.
 *
 * @internal
 */
final class Memory
{
    /** Small tables share one block, as the library has copied a table when its call is over. */
    private const LENGTH = 4096;

    private static ?CData $common = null;
    private static int $base = 0;

    private string $bytes = '';

    /** @var list<CData> C's memory lives as long as these do. */
    private array $own = [];

    public function __construct()
    {
        if (self::$common === null) {
            self::$common = Library::room('char', self::LENGTH);
            self::$base = self::address(self::$common);
        }
    }

    /** Where these bytes will stand when the memory is written. */
    public function put(string $bytes): int
    {
        $at = strlen($this->bytes);
        $length = strlen($bytes) + 7 & ~7;
        if ($at + $length > self::LENGTH) {
            $this->own[] = $block = Library::room('char', $length);
            FFI::memcpy($block, $bytes, strlen($bytes));
            return self::address($block);
        }
        $this->bytes .= str_pad($bytes, $length, "\0");
        return self::$base + $at;
    }

    /** @param list<int|float> $values */
    public function doubles(string $name, array $values): int
    {
        return $this->put(Library::packedDoubles($name, $values));
    }

    /** @param list<int> $values */
    public function integers(string $name, array $values): int
    {
        return $this->put(Library::packedIntegers($name, $values));
    }

    /**
     * The three addresses of a column of ids: whole numbers, or text as Arrow lays it out.
     *
     * @param list<int|string> $values
     * @return array{int, int, int}
     */
    public function ids(string $name, array $values): array
    {
        if ($values === [] || is_int($values[0])) {
            return [$this->integers($name, $values), 0, 0];
        }
        [$offsets, $data] = Ids::arrow($name, $values);
        return [0, $this->put($offsets), $this->put($data . "\0")];
    }

    /**
     * Addresses of texts closed by a NUL.
     *
     * @param list<int|string> $texts
     */
    public function texts(array $texts): int
    {
        return $this->put(pack('q*', ...array_map(fn ($text) => $this->put("$text\0"), $texts)));
    }

    /** Puts everything where it was said to be, and such a struct in its place. */
    public function write(CData $struct, string $bytes): void
    {
        if ($this->bytes !== '') {
            FFI::memcpy(self::$common, $this->bytes, strlen($this->bytes));
        }
        FFI::memcpy($struct, $bytes, strlen($bytes));
    }

    private static function address(CData $block): int
    {
        return Library::ffi()->cast('uintptr_t', FFI::addr($block))->cdata;
    }
}
