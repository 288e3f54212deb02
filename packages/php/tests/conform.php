<?php

/*
 * Writes what this package says of the golden models, for scripts/check-languages to compare with the golden files.
 *
 *     cd golden && php conform.php OUT
 */

declare(strict_types=1);

use Loyalty\Behaviours;
use Loyalty\BehaviourScore;
use Loyalty\CheckOut;
use Loyalty\Contact;
use Loyalty\CustomerRecord;
use Loyalty\CustomerScore;
use Loyalty\Discounting;
use Loyalty\LedgerBasis;
use Loyalty\Library;
use Loyalty\LineColumns;
use Loyalty\Lines;
use Loyalty\LoyaltyException;
use Loyalty\PurchaseModel;
use Loyalty\ReturnPropensity;
use Loyalty\Selection;
use Loyalty\SpendModel;
use Loyalty\Summary;
use Loyalty\TimeScale;
use Loyalty\Unit;

require __DIR__ . '/../autoload.php';
ini_set('precision', '-1');  // the shortest text that reads as the same number

$out = $argv[1];
$calls = [[50, 40, 15], [20, 10, 0]];

/** @return array<string, list<float>> the columns of a table of numbers */
function columns(string $path): array
{
    $file = fopen($path, 'r');
    $names = fgetcsv($file);
    $rows = [];
    while ($row = fgetcsv($file)) {
        $rows[] = array_map(floatval(...), $row);
    }
    return array_combine($names, array_map(null, ...$rows));
}

/** @param array<string, list<int|float>> $columns */
function write(string $path, array $columns): void
{
    $lines = [implode(',', array_keys($columns))];
    foreach (array_keys(reset($columns)) as $row) {
        $lines[] = implode(',', array_column($columns, $row));
    }
    file_put_contents($path, implode("\n", $lines) . "\n");
}

function must(bool $held, string $what): void
{
    if (!$held) {
        throw new LogicException("must hold: $what");
    }
}

function scores(string $out): void
{
    $golden = columns('scores.csv');
    $frequency = array_map(intval(...), $golden['frequency']);
    $purchases = PurchaseModel::open('bg_nbd.json');
    $spend = SpendModel::open('gamma_gamma.json');
    $mean = $golden['monetary_value'];
    $customers = Summary::of($frequency, $golden['recency'], $golden['T'], $mean, $purchases->unit());
    $year = Discounting::annual(52, 0.1, Unit::Week);
    $scores = ['p_alive' => [], 'expected_purchases_39' => [], 'expected_spend' => []];
    foreach ($frequency as $row => $x) {
        $history = [$x, $golden['recency'][$row], $golden['T'][$row]];
        $scores['p_alive'][] = $purchases->pAlive(...$history);
        $scores['expected_purchases_39'][] = $purchases->expectedPurchases(...$history, horizon: 39);
        $scores['expected_spend'][] = $spend->expectedSpend($x, $mean[$row]);
    }
    must($purchases->pAliveOf($customers) === $scores['p_alive'], 'P(alive) of many');
    $expected = $purchases->expectedPurchasesOf($customers, 39);
    must($expected === $scores['expected_purchases_39'], 'purchases of many');
    must($spend->expectedSpendOf($customers) === $scores['expected_spend'], 'spend of many');
    $scores['clv_52_annual_10_percent'] = $customers->clv($purchases, $spend, $year, 0.3);
    write("$out/scores.csv", $scores);
}

function labels(string $out): void
{
    $golden = columns('behaviours.csv');
    $behaviours = Behaviours::open('behaviours.json');
    $labels = [];
    foreach (array_keys($golden['orders']) as $row) {
        $ledger = array_map(fn ($name) => $golden[$name][$row], Behaviours::ledgerColumns());
        $label = $behaviours->classify($ledger);
        foreach ($label->scores as $name => $score) {
            $labels["p_over_$name"][] = $score->pOver;
            $labels["impact_$name"][] = $score->impact;
        }
        $place = array_search($label->primary, Behaviours::behaviours(), true);
        $labels['primary'][] = $place === false ? -1 : $place;
    }
    write("$out/behaviours.csv", $labels);
}

function basket(int $day): Lines
{
    return Lines::of(
        customer: [3, 3, 99],
        product: [5, 6, 7],
        time: [$day, $day, $day],
        price: [19.5, 7.25, 19.5],
        order: [900, 900, 901],
        line: [9001, 9002, 9003],
    );
}

/** @param list<list<int>> $calls */
function checkout(string $out, array $calls): void
{
    $customers = Summary::ofOrders([1, 2, 1, 3, 1, 2], [0, 3, 14, 9, 40, 45], [10, 20, 30, 5, 50, 7.5], Unit::Week);
    $table = ['frequency' => $customers->frequency(), 'recency' => $customers->recency()];
    $table += ['T' => $customers->T(), 'monetary_value' => $customers->monetaryValue()];

    $model = ReturnPropensity::load('return_propensity.json');
    $today = $model->today();
    $table['before'] = $model->score(basket($today));
    $open = $model->openLines();
    must($model->update(basket($today)) === $table['before'], 'scored as it is taken in');
    must($model->openLines() === $open + 3, 'three lines are open');
    $told = $model->updateReturns([9001, 4711], [$today, $today]);
    must($told === ['counted' => 1, 'unknown' => 1], 'one return is of a known line');
    $model->advance($today + 1);
    $table['after'] = $model->score(basket($today + 1));
    $model->save("$out/moved.json");
    $again = ReturnPropensity::open("$out/moved.json");
    must($again->score(basket($today + 1)) === $table['after'], 'a saved model scores alike');

    $selection = Selection::of(
        ['call' => $calls[0], 'letter' => $calls[1]],
        ['calls' => 2],
        ['calls' => ['call' => 1]],
    );
    must($selection->bound() === $selection->gain(), 'the choice is the best');
    $place = ['call' => 0, 'letter' => 1];
    $table['choice'] = array_map(fn ($name) => $name === null ? -1 : $place[$name], $selection->choice());
    $table['gain'] = [$selection->gain(), $selection->gain(), $selection->gain()];
    write("$out/checkout.csv", $table);
}

/** The last microsecond of the golden ledger. */
const END = 1767139199999999;

function check_out(?string $treatments = null): CheckOut
{
    return CheckOut::of(
        purchases: PurchaseModel::open('bg_nbd.json'),
        spend: SpendModel::open('gamma_gamma.json'),
        basis: LedgerBasis::open('ledger_basis.json'),
        behaviours: Behaviours::open('behaviours.json'),
        treatments: $treatments,
        customaryTreatments: true,
        margin: 0.3,
        annualDiscountRate: 0.1,
    );
}

/** Each golden customer in one call, and the sentences of what is decided for them. */
function customers(string $out): void
{
    $checkOut = check_out();
    $returns = ReturnPropensity::open('return_propensity.json');
    $basket = basket($returns->today());
    $scores = $said = [];
    foreach (array_slice(file('check_out.csv'), 1) as $line) {
        $bytes = hex2bin(strstr($line, ',', true));
        $record = CustomerRecord::fromBytes($bytes);
        must($record->toBytes() === $bytes, 'a record has the bytes that it was read from');
        $score = $checkOut->score($record, END, $returns, $basket, scale: TimeScale::Microseconds);
        must($score->returns === $returns->score($basket), 'the basket is scored as it is alone');
        $behaviours = $score->behaviours();
        must($behaviours->primary === $score->primary, 'the label is the costliest');
        $scores['p_alive'][] = $score->pAlive;
        $scores['expected_purchases'][] = $score->expectedPurchases;
        $scores['expected_spend'][] = $score->expectedSpend;
        $scores['clv'][] = $score->clv;
        $place = array_search($score->primary, Behaviours::behaviours(), true);
        $scores['primary'][] = $place === false ? -1 : $place;
        $treatment = $score->treatment;
        $scores['treatment'][] = $treatment?->number ?? -1;
        $scores['treatment_gain'][] = $treatment?->gain ?? 0;
        $scores['treatment_cost'][] = $treatment?->cost ?? 0;
        $said[] = $treatment === null ? "none\n" : "$treatment->name, $treatment->channel: $treatment->reason\n";
    }
    write("$out/check_out.csv", $scores);
    file_put_contents("$out/treatments.txt", $said);
}

/** By its files a check-out scores as by its models. */
function by_files(): void
{
    $files = ['purchases' => 'bg_nbd.json', 'spend' => 'gamma_gamma.json', 'basis' => 'ledger_basis.json'];
    $files += ['behaviours' => 'behaviours.json'];
    $said = ['customaryTreatments' => true, 'margin' => 0.3, 'annualDiscountRate' => 0.1];
    $record = CustomerRecord::fromBytes(hex2bin(strstr(file('check_out.csv')[1], ',', true)));
    $score = CheckOut::open(...$files, ...$said)->score($record, END, scale: TimeScale::Microseconds);
    must($score == check_out()->score($record, END, scale: TimeScale::Microseconds), 'opened by its files');
    $table = json_encode([['name' => 'call', 'channel' => 'phone', 'target' => 'none']]);
    try {
        CheckOut::open(...$files, treatments: $table);
        must(false, 'a table that makes no sense is refused');
    } catch (LoyaltyException $refusal) {
        must($refusal->status === Loyalty\Status::Treatments, $refusal->getMessage());
    }
}

/** What an order, a return and a contact make of an empty record. */
function record(string $out): void
{
    $lines = Lines::of(
        customer: [3, 3, 3],
        product: [5, 6, 7],
        time: [20450, 20450, 20450],
        amount: [39.0, 7.25, 19.5],
        quantity: [2, 1, 1],
        order: [900, 900, 900],
        line: [9001, 9002, 9003],
        category: ['shoes', 'socks', 'shoes'],
        listAmount: [45, 7.25, 25],
        discount: [4, 0, 5.5],
        makerDiscount: [2, 0, 0],
        coupon: [0, 0, 0],
        offeredDepth: [0.1, 0, 0.25],
        cost: [20, 3, 11],
    );
    $record = CustomerRecord::empty();
    must($record->addLines($lines) === ['added' => 3, 'repeated' => 0], 'three lines are added');
    must($record->addLines($lines) === ['added' => 0, 'repeated' => 3], 'told twice they are known');
    must($record->addReturns([9002, 9003], [20455, 20455], [7.25, 10]) === 2, 'two lines came back');
    must($record->addReturns([9003], [20456]) === 0, 'of which one is told again');
    $record->addContact(Contact::FirmCaused, 20453, 4.5);
    $record->optOut();
    must(count($record) === 3, 'a record of three lines');
    $score = CheckOut::of(PurchaseModel::open('bg_nbd.json'), gross: true)->score($record, 20460);
    must($score->frequency === 0 && $score->treatment === null && $score->returns === [], 'opted out');
    file_put_contents("$out/record.txt", bin2hex($record->toBytes()) . "\n");
}

/** @return list<callable> */
function refused(): array
{
    $purchases = PurchaseModel::open('bg_nbd.json');
    $spend = SpendModel::open('gamma_gamma.json');
    $returns = ReturnPropensity::open('return_propensity.json');
    $behaviours = Behaviours::open('behaviours.json');
    $wide = array_fill(0, count(Behaviours::ledgerColumns()), 1.0);
    return [
        fn () => PurchaseModel::open('absent.json'),
        fn () => PurchaseModel::open('gamma_gamma.json'),
        fn () => SpendModel::open('bg_nbd.json'),
        fn () => ReturnPropensity::open('behaviours.json'),
        fn () => Behaviours::open('return_propensity.json'),
        fn () => $purchases->pAlive(2, 50, 40),
        fn () => $purchases->pAlive(2, NAN, 40),
        fn () => $purchases->expectedPurchases(2, 30, 40, -1),
        fn () => $spend->expectedSpend(3, -5),
        fn () => Discounting::annual(52, -2, Unit::Week),
        fn () => Summary::of([1], [2], [1]),
        fn () => Summary::of([1, 2], [2, 3], [4]),
        fn () => Lines::of([1], [2], [3], [-1.0]),
        fn () => $returns->score(Lines::of(['a'], ['b'], [$returns->today()], [9.5])),
        fn () => $returns->update(basket($returns->today())),
        fn () => $behaviours->classify([1, 2, 3]),
        fn () => $behaviours->classify([NAN] + $wide),
        fn () => Selection::of(['call' => []]),
        fn () => Selection::of(['call' => [50, NAN]]),
        fn () => Selection::of(['call' => [50]], ['calls' => -1], ['calls' => ['call' => 1]]),
        fn () => LedgerBasis::open('behaviours.json'),
        fn () => CustomerRecord::fromBytes('LOYR'),
        fn () => CustomerRecord::empty()->addReturns([9], [20453]),
        fn () => CustomerRecord::empty()->addContact(Contact::Service, 30, NAN),
        fn () => check_out('[]'),
        fn () => check_out()->score(CustomerRecord::empty(), 20453, $returns),
        fn () => CheckOut::of(behaviours: $behaviours)->score(CustomerRecord::empty(), 20453),
    ];
}

function refusals(string $out): void
{
    $lines = '';
    foreach (refused() as $number => $call) {
        try {
            $call();
            throw new LogicException("case $number was not refused");
        } catch (LoyaltyException $refusal) {
            $lines .= $refusal->getCode() . ': ' . $refusal->getMessage() . "\n";
        }
    }
    file_put_contents("$out/refusals.txt", $lines);
}

/** What only PHP can be told: numbers wrap around and text becomes 0 where a binding does not look. */
function of_php_alone(): void
{
    $purchases = PurchaseModel::open('bg_nbd.json');
    $wrong = [
        LoyaltyException::class => [
            fn () => $purchases->pAlive(-1, 0, 40),
            fn () => Selection::of(['call' => [1]], ['calls' => 1], ['cals' => ['call' => 1]]),
            fn () => ReturnPropensity::load('return_propensity.json')->advance(1 << 40),
        ],
        TypeError::class => [
            fn () => Summary::of(['2'], [30.0], [40.0]),
            fn () => Lines::of([1, 'b'], [2, 2], [3, 3], [1.0, 1.0]),
        ],
        LogicException::class => [fn () => serialize($purchases)],
    ];
    foreach ($wrong as $class => $calls) {
        foreach ($calls as $number => $call) {
            try {
                $call();
            } catch (Throwable $refusal) {
                must($refusal instanceof $class, "$class, case $number: {$refusal->getMessage()}");
                continue;
            }
            throw new LogicException("$class, case $number was not refused");
        }
    }
    // Text ids and columns of the shop's own go as they are; this model has learnt none.
    $lines = Lines::of(['a'], ['b'], [3], [1.0], categories: ['size' => ['XL']], numbers: ['age' => [2.5]]);
    must(count($lines) === 1, 'lines with columns of the shop');
}

/** The structs that PHP packs and unpacks are those of the header. */
function layouts(): void
{
    $lines = Library::struct('loyalty_line_columns');
    foreach (LineColumns::PLACES as $field => $place) {
        must(FFI::typeof($lines)->getStructFieldOffset($field) === 8 * $place, "the place of $field");
    }
    must(FFI::sizeof($lines) === $lines->struct_size, 'no word is left out');
    $read = ['loyalty_customer_score' => CustomerScore::STRUCT, 'loyalty_behaviour_score' => BehaviourScore::STRUCT];
    foreach ($read as $name => $format) {
        $struct = FFI::typeof(Library::ffi()->new($name));
        $fields = array_diff($struct->getStructFieldNames(), ['struct_size']);
        $found = unpack($format, str_repeat("\0", $struct->getSize()));
        must(count($found) === count($fields), "the fields of $name");
    }
    must($struct->getSize() === BehaviourScore::LENGTH, 'behaviours follow each other');
    $options = Library::struct('loyalty_check_out_options');
    must(FFI::sizeof($options) === CheckOut::LENGTH, 'the length of the options');
    must(FFI::sizeof(Library::struct('loyalty_check_out_files')) === CheckOut::FILES, 'the length of the files');
    FFI::memcpy($options, pack(CheckOut::OPTIONS, 80, 0, 0, 0, 0, 0, 1, 0, 1, 5, 52, 0.1, 0), CheckOut::LENGTH);
    must($options->customary_treatments && !$options->gross && $options->include_first, 'the flags');
    must($options->occasion === 5 && $options->horizon === 52.0, 'occasion and horizon');
    must($options->annual_discount_rate === 0.1 && $options->margin === null, 'rate and margin');
}

scores($out);
labels($out);
checkout($out, $calls);
customers($out);
by_files();
record($out);
refusals($out);
layouts();
of_php_alone();
