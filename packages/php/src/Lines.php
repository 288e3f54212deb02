<?php

declare(strict_types=1);

namespace Loyalty;

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
     * @param list<int|float>|null $price of one piece; what was paid by piece where left out
     * @param list<int|string>|null $order
     * @param list<int|string>|null $line the line's own id, by which returns find it later
     * @param list<int|float>|null $quantity pieces; 1 everywhere where left out
     * @param list<int|string>|null $category of the article, as the ledger knows it
     * @param list<int|float>|null $amount what was paid for the line; price by pieces where left out
     * @param list<int|float>|null $listAmount the line at list price
     * @param list<int|float>|null $discount money off that the shop pays for
     * @param list<int|float>|null $makerDiscount money off that the maker pays back
     * @param list<int|float>|null $coupon money off by coupons
     * @param list<int|float>|null $offeredDepth share of the list price on offer in the category that day
     * @param list<int|float>|null $cost of the goods
     * @param array<string, list<string>> $categories columns with levels, by their names
     * @param array<string, list<int|float>> $numbers columns of numbers, by their names
     */
    public static function of(
        array $customer,
        array $product,
        array $time,
        ?array $price = null,
        ?array $order = null,
        ?array $line = null,
        ?array $quantity = null,
        ?array $category = null,
        ?array $amount = null,
        ?array $listAmount = null,
        ?array $discount = null,
        ?array $makerDiscount = null,
        ?array $coupon = null,
        ?array $offeredDepth = null,
        ?array $cost = null,
        array $categories = [],
        array $numbers = [],
        TimeScale $scale = TimeScale::Days,
    ): self {
        $columns = new LineColumns(count($customer), $scale);
        $columns->ids('customer', $customer);
        $columns->ids('product', $product);
        $columns->ids('order', $order);
        $columns->ids('line', $line);
        $columns->ids('category', $category);
        $columns->times('time', $time);
        $columns->amounts('price', $price);
        $columns->amounts('quantity', $quantity);
        $columns->amounts('amount', $amount);
        $columns->amounts('list_amount', $listAmount);
        $columns->amounts('discount', $discount);
        $columns->amounts('maker_discount', $makerDiscount);
        $columns->amounts('coupon', $coupon);
        $columns->amounts('offered_depth', $offeredDepth);
        $columns->amounts('cost', $cost);
        $columns->categories($categories);
        $columns->numbers($numbers);
        return new self('lines_new', $columns->struct());
    }

    /** The number of lines. */
    public function count(): int
    {
        return Library::ffi()->loyalty_lines_len($this->handle);
    }
}
