<?php

declare(strict_types=1);

namespace Loyalty;

use FFI\CData;

/** Order lines: who ordered what, when, and for how much. */
final class Lines extends Handle implements \Countable
{
    protected const NAME = 'lines';

    /**
     * Ids are all int or all string in a column, as the model has learnt them.
     *
     * @param list<int|string> $customer
     * @param list<int|string> $product
     * @param list<int> $time on the scale
     * @param list<int|float> $price of one piece
     * @param list<int|string>|null $order
     * @param list<int|string>|null $line the line's own id, by which returns find it later
     * @param list<int|float>|null $quantity pieces; 1 everywhere where left out
     * @param array<string, list<string>> $categories columns with levels, by their names
     * @param array<string, list<int|float>> $numbers columns of numbers, by their names
     */
    public static function of(
        array $customer,
        array $product,
        array $time,
        array $price,
        ?array $order = null,
        ?array $line = null,
        ?array $quantity = null,
        array $categories = [],
        array $numbers = [],
        TimeScale $scale = TimeScale::Days,
    ): self {
        $columns = new LineColumns(count($customer), $scale);
        $columns->ids('customer', $customer);
        $columns->ids('product', $product);
        $columns->ids('order', $order);
        $columns->ids('line', $line);
        $columns->times('time', $time);
        $columns->amounts('price', $price);
        $columns->amounts('quantity', $quantity);
        $columns->categories($categories);
        $columns->numbers($numbers);
        return new self('lines_new', Library::address($columns->struct));
    }

    /** The number of lines. */
    public function count(): int
    {
        return Library::ffi()->loyalty_lines_len($this->handle);
    }
}
