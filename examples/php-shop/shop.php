<?php

/* The shop: what a check-out asks of the database and of the models. */

declare(strict_types=1);

use Loyalty\Behaviours;
use Loyalty\Discounting;
use Loyalty\Lines;
use Loyalty\PurchaseModel;
use Loyalty\ReturnPropensity;
use Loyalty\SpendModel;
use Loyalty\Summary;
use Loyalty\Unit;

require_once getenv('LOYALTY_PACKAGE') . '/autoload.php';

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
    private const MICROSECONDS_PER_DAY = 86400000000;

    public readonly PDO $database;

    public function __construct(private readonly string $folder)
    {
        $this->database = new PDO("sqlite:$folder/shop.db", options: [PDO::ATTR_PERSISTENT => true]);
        $this->database->exec('PRAGMA busy_timeout = 5000; PRAGMA synchronous = NORMAL');
    }

    /**
     * What is known of a customer, and of the basket before them.
     *
     * @param list<BasketLine> $basket
     * @return array<string, mixed>
     */
    public function checkout(int $customer, array $basket): array
    {
        $orders = $this->rows('SELECT day, amount FROM orders WHERE customer = ?', $customer);
        $ledger = $this->rows('SELECT cells FROM ledger WHERE customer = ?', $customer);
        $started = hrtime(true);
        $returns = ReturnPropensity::open("$this->folder/returns.json");
        // The shop of this example lives on the day on which its log ends; a real one takes today's.
        $day = $returns->today();
        $answer = $orders === [] ? ['p_alive' => null, 'clv' => null] : $this->value($customer, $orders, $day);
        $answer['returns'] = $returns->score(self::lines($customer, $basket, $day));
        $answer['label'] = $ledger === [] ? null : $this->label(json_decode($ledger[0]['cells']));
        $answer['microseconds'] = intdiv(hrtime(true) - $started, 1000);
        return $answer;
    }

    /**
     * Records an order. The model of returns learns of it from the writer.
     *
     * @param list<BasketLine> $basket
     */
    public function buy(int $customer, array $basket): int
    {
        $day = ReturnPropensity::open("$this->folder/returns.json")->today();
        $amount = array_sum(array_column($basket, 'price'));
        $this->database->beginTransaction();
        $this->run('INSERT INTO orders (customer, day, amount) VALUES (?, ?, ?)', $customer, $day, $amount);
        $this->run(
            "INSERT INTO events (kind, customer, day, told) VALUES ('order', ?, ?, ?)",
            $customer,
            $day,
            json_encode($basket, JSON_PRESERVE_ZERO_FRACTION),
        );
        $event = (int) $this->database->lastInsertId();
        $this->database->commit();
        return $event;
    }

    /** Records that a line came back, by its order's number and its place in it. */
    public function takeBack(int $order, int $place): void
    {
        $day = ReturnPropensity::open("$this->folder/returns.json")->today();
        $told = json_encode(self::lineId($order, $place));
        $this->run("INSERT INTO events (kind, customer, day, told) VALUES ('return', 0, ?, ?)", $day, $told);
    }

    public static function lineId(int $order, int $place): int
    {
        // Beyond the ids of the simulated log.
        return 1000000000 + 1000 * $order + $place;
    }

    /**
     * Order lines of one basket, for the model of returns.
     *
     * @param list<BasketLine> $basket
     */
    public static function lines(int $customer, array $basket, int $day, ?int $order = null): Lines
    {
        $of = count($basket);
        $ids = $order === null ? null : array_map(fn ($place) => self::lineId($order, $place), array_keys($basket));
        return Lines::of(
            customer: array_fill(0, $of, $customer),
            product: array_column($basket, 'product'),
            time: array_fill(0, $of, $day),
            price: array_column($basket, 'price'),
            order: array_fill(0, $of, self::lineId($order ?? 0, 0)),
            line: $ids,
            categories: ['category' => array_column($basket, 'category')],
        );
    }

    /**
     * @param list<array{day: int, amount: float}> $orders
     * @return array{p_alive: float, clv: float}
     */
    private function value(int $customer, array $orders, int $day): array
    {
        $history = Summary::ofOrders(
            array_fill(0, count($orders), $customer),
            array_column($orders, 'day'),
            array_column($orders, 'amount'),
            Unit::Week,
            self::MICROSECONDS_PER_DAY * $day,
        );
        $purchases = PurchaseModel::open("$this->folder/purchases.json");
        $spend = SpendModel::open("$this->folder/spend.json");
        $year = Discounting::annual(52, 0.1, Unit::Week);
        return [
            'p_alive' => $purchases->pAliveOf($history)[0],
            'clv' => $history->clv($purchases, $spend, $year, self::MARGIN)[0],
        ];
    }

    /** @param list<int|float> $cells the customer's row of the ledger */
    private function label(array $cells): ?string
    {
        return Behaviours::open("$this->folder/behaviours.json")->classify($cells)->primary;
    }

    /** @return list<array<string, mixed>> */
    public function rows(string $query, int ...$values): array
    {
        $statement = $this->database->prepare($query);
        $statement->execute($values);
        return $statement->fetchAll(PDO::FETCH_ASSOC);
    }

    public function run(string $query, int|float|string ...$values): void
    {
        $this->database->prepare($query)->execute($values);
    }
}
