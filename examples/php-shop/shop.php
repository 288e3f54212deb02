<?php

/* The shop: what a check-out asks of the database and of the models. */

declare(strict_types=1);

use Loyalty\CheckOut;
use Loyalty\CustomerRecord;
use Loyalty\Lines;
use Loyalty\ReturnPropensity;

require_once getenv('LOYALTY_PACKAGE') . '/autoload.php';
require_once __DIR__ . '/store.php';

/** A basket's line, as it is asked for: PRODUCT:PRICE:CATEGORY. */
final class BasketLine
{
    public function __construct(
        public readonly int $product,
        public readonly float $price,
        public readonly string $category,
    ) {
    }

    /** @return list<self> */
    public static function read(string $text): array
    {
        return array_map(static function (string $line): self {
            $parts = explode(':', $line);
            if (count($parts) !== 3 || !ctype_digit($parts[0]) || !is_numeric($parts[1])) {
                throw new InvalidArgumentException("a line is PRODUCT:PRICE:CATEGORY, got $line");
            }
            return new self((int) $parts[0], (float) $parts[1], $parts[2]);
        }, explode(',', $text));
    }
}

final class Shop
{
    private const MARGIN = 0.3;

    public readonly Store $store;

    public function __construct(private readonly string $folder)
    {
        $this->store = Store::open($folder);
    }

    /**
     * What is known of a customer and of the basket before them, and what is decided for them.
     *
     * @param list<BasketLine> $basket
     * @return array<string, mixed>
     */
    public function checkout(int $customer, array $basket): array
    {
        $bytes = $this->store->record($customer);
        $started = hrtime(true);
        $returns = ReturnPropensity::open("$this->folder/returns.json");
        // The shop of this example lives on the day on which its log ends; a real one takes today's.
        $day = $returns->today();
        $lines = self::lines($customer, $basket, $day);
        $score = $this->models()->score(self::recordOf($bytes), $day, $returns, $lines);
        return [
            'p_alive' => $score->pAlive,
            'clv' => $score->clv,
            'returns' => $score->returns,
            'label' => $score->primary,
            'decision' => $score->treatment,
            'microseconds' => intdiv(hrtime(true) - $started, 1000),
        ];
    }

    /**
     * Records an order. The model of returns learns of it from the writer.
     *
     * @param list<BasketLine> $basket
     */
    public function buy(int $customer, array $basket): int
    {
        $day = $this->day();
        $change = function (?string $bytes, int $order) use ($customer, $basket, $day): string {
            $record = self::recordOf($bytes);
            $record->addLines(self::lines($customer, $basket, $day, $order));
            return $record->toBytes();
        };
        return $this->store->happened('order', $customer, $day, $basket, $change);
    }

    /** Records that a line came back, by its order's number and its place in it. */
    public function takeBack(int $order, int $place): void
    {
        $customer = $this->store->customerOf($order) ?? throw new InvalidArgumentException("there is no order $order");
        [$day, $line] = [$this->day(), self::lineId($order, $place)];
        $change = function (?string $bytes) use ($line, $day): string {
            $record = self::recordOf($bytes);
            $record->addReturns([$line], [$day]);
            return $record->toBytes();
        };
        $this->store->happened('return', $customer, $day, $line, $change);
    }

    /** Beyond the ids of the simulated log. */
    private static function lineId(int $order, int $place): int
    {
        return 1000000000 + 1000 * $order + $place;
    }

    /**
     * Order lines of one basket.
     *
     * @param list<BasketLine> $basket
     */
    public static function lines(int $customer, array $basket, int $day, int $order = 0): Lines
    {
        $of = count($basket);
        $categories = array_column($basket, 'category');
        return Lines::of(
            customer: array_fill(0, $of, $customer),
            product: array_column($basket, 'product'),
            time: array_fill(0, $of, $day),
            price: array_column($basket, 'price'),
            order: array_fill(0, $of, self::lineId($order, 0)),
            line: array_map(fn ($place) => self::lineId($order, $place), array_keys($basket)),
            category: $categories,
            categories: ['category' => $categories],
        );
    }

    private function day(): int
    {
        return ReturnPropensity::open("$this->folder/returns.json")->today();
    }

    private function models(): CheckOut
    {
        return CheckOut::open(
            purchases: "$this->folder/purchases.json",
            spend: "$this->folder/spend.json",
            basis: "$this->folder/basis.json",
            behaviours: "$this->folder/behaviours.json",
            customaryTreatments: true,
            margin: self::MARGIN,
            annualDiscountRate: 0.1,
            gross: true,
        );
    }

    private static function recordOf(?string $bytes): CustomerRecord
    {
        return $bytes === null ? CustomerRecord::empty() : CustomerRecord::fromBytes($bytes);
    }
}
