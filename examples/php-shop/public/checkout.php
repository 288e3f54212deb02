<?php

/*
 * GET /checkout.php?customer=7&basket=5:19.5:2,6:7.25:1      scores
 * GET /checkout.php?customer=7&basket=5:19.5:2&buy=1         and records the order; a shop would POST
 * GET /checkout.php?order=12&back=0                          records that a line came back
 */

declare(strict_types=1);

require dirname(__DIR__) . '/shop.php';

header('Content-Type: application/json');
try {
    $shop = new Shop(getenv('SHOP_FOLDER'));
    if (isset($_GET['back'])) {
        $shop->takeBack((int) $_GET['order'], (int) $_GET['back']);
        $answer = ['taken back' => true];
    } else {
        $customer = (int) $_GET['customer'];
        $basket = BasketLine::read($_GET['basket']);
        $answer = $shop->checkout($customer, $basket);
        if (isset($_GET['buy'])) {
            $answer['order'] = $shop->buy($customer, $basket);
        }
        header("X-Scoring: {$answer['microseconds']}");
        header('X-Request: ' . (int) ((microtime(true) - $_SERVER['REQUEST_TIME_FLOAT']) * 1e6));
    }
    echo json_encode($answer, JSON_THROW_ON_ERROR);
} catch (Loyalty\LoyaltyException | InvalidArgumentException $refusal) {
    http_response_code(400);
    echo json_encode(['error' => $refusal->getMessage()]);
}
