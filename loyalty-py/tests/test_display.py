"""How results look: every public one as HTML and as text, by the same rules."""

from __future__ import annotations

import dataclasses
import inspect
import re
import warnings
from typing import Any

import numpy as np
import pytest

import loyalty
from loyalty._display import Table, cells, of_arrays
from loyalty._display.locale import ENGLISH, locale
from loyalty._display.table import html, text

#: Not made by anybody, or no results: bases, errors, options; and a page of its own.
NO_RESULTS = {
    "CheckOut", "ContractModel", "CustomerRecord", "FitError", "InputError", "LedgerBasis", "LoyaltyError",
    "LoyaltyWarning", "ModelFileError", "PurchaseModel", "Report", "ShopOptions", "SpendModel",
}  # fmt: skip
SCRIPT = "<script>alert('x')</script>"


def of_lines() -> list[Any]:
    """What a table of order lines, its returns and its behaviours give."""
    shop = loyalty.simulate(1500, seed=8, backend="pandas")
    economics = {"handling": 3, "markdown": 0.1, "category_cost": 8}
    scores = loyalty.score(
        shop.lines,
        contacts=shop.contacts,
        margin=0.3,
        economics=economics,
        capacities={"calls": 20},
    )
    ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, margin=0.3)
    behaviours = loyalty.BehaviourModel.fit(ledger)
    lines = loyalty.OrderLines(
        shop.lines, customer="customer", product="product", time="time", amount="amount",
        quantity="quantity", order="order", returned_amount="returned_amount", return_time="return_time",
    )  # fmt: skip
    returns = loyalty.ReturnPropensity.fit(lines, horizon_days=30)
    predictions = loyalty.Predictions([0.1, 0.3, 0.6, 0.8, 0.2, 0.7], [0, 1, 0, 1, 0, 1])
    one = next(iter(behaviours.distributions.values()))
    gains = np.array([[5.0, 2.0], [1.0, 7.0]])
    found = [
        shop, scores, *loyalty.score(shop.lines[["customer", "time", "amount"]]).not_computed, ledger, ledger.losses(), *ledger.top_shares(), behaviours,
        one, behaviours.classify(ledger), *behaviours.classify(ledger).summary(), lines, returns,
        returns.model, predictions, *predictions.reliability(2), predictions.calibration(),
        *loyalty.persistence(ledger), *loyalty.permutation_check(ledger, rounds=1),
        loyalty.ReturnEconomics(margin=0.4, handling=3), loyalty.Treatments.customary(),
        loyalty.select(scores.to_frame(), customer="customer", capacities={"calls": 5}, margin=0.3),
        loyalty.choose({"call": gains[:, 0], "letter": gains[:, 1]}),
        returns.model.expected_returns(lines), scores.table_report,
    ]  # fmt: skip
    assert scores.table_report is not None
    return [*found, *scores.table_report.joins]


def of_log(orders: loyalty.Orders) -> list[Any]:
    """What a log gives."""
    split = orders.calibration_holdout("1997-09-30", unit="week")
    customers = split.calibration
    fit = loyalty.MbgNbd.fit(customers)
    spend = loyalty.GammaGamma.fit(customers)
    counts = loyalty.repeat_counts(fit, customers)
    correlation = loyalty.frequency_value_correlation(customers)
    assert correlation is not None and counts.chi_square is not None
    age = {"age": np.arange(len(customers)) % 40 + 20.0}
    moved = loyalty.BgNbd.fit(customers, covariates=age)
    spent = loyalty.GammaGamma.fit(customers, covariates=age)
    kinds = [
        loyalty.BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4, unit="week"),
        loyalty.ParetoNbd(r=0.55, alpha=10.6, s=0.61, beta=11.7),
        loyalty.Nbd(r=0.4, alpha=5.0),
        loyalty.BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78),
        loyalty.BgCnbdK(k=2, r=0.4, alpha=5.0, a=0.8, b=2.4),
        loyalty.MbgCnbdK(k=2, r=0.4, alpha=5.0, a=0.8, b=2.4),
        loyalty.Sbg(gamma=0.7, delta=1.2),
        loyalty.Bdw(gamma=0.7, delta=1.2, c=1.1),
    ]
    return [
        *kinds, orders, orders.report, orders.occasions(), split, customers, fit, spend, spend.model,
        fit.model, counts, counts.chi_square, correlation, correlation.pearson, moved.model, spent.model,
        loyalty.spend_counts(spend, customers), fit.model.simulate_future(customers, 39, n=100),
        loyalty.tracking(fit, orders), loyalty.holdout_errors(fit, split), loyalty.rfm(customers),
        loyalty.SegmentTable.customary(), fit.posterior(customers, draws=200), loyalty.Prior.known(2.0),
        loyalty.compare(orders, ["mbg-nbd"], horizon=13, unit="week", origins=1),
        loyalty.AnchoredForecast.fit(orders, horizon=13, unit="week"),
        loyalty.clv_bootstrap(
            customers, fit, spend, horizon=52, annual_discount_rate=0.1, replicates=20, seed=1
        ),
        loyalty.Contracts(renewals=[0, 5, 5], left=[False, False, True]),
    ]  # fmt: skip


def of_dirty_tables() -> list[Any]:
    """What reading and checking gives."""
    raw = b"customer,product,date,price,quantity\n7,3,2024-01-02,5,1\n7,3,2024-01-09,5,-1\n,3,2024-01-03,1,1\n"
    table = loyalty.read_orders(raw)
    found = loyalty.check(raw)
    lines = loyalty.OrderLines(table, credits="match", guests="leave_out")
    bought = {"who": [1], "what": ["shoe"], "day": ["2024-01-01"], "pieces": [2], "price": [50.0]}
    roles = {
        "customer": "who",
        "product": "what",
        "time": "day",
        "quantity": "pieces",
        "price": "price",
    }
    matches = loyalty.match_credits(bought, {**bought, "day": ["2024-01-08"]}, **roles)
    return [
        table, table.understood, found, *found.findings, *lines.report.left_out, lines.report.credits,
        matches,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def results(orders: loyalty.Orders) -> dict[str, list[Any]]:
    """Results by the names of their classes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = [*of_log(orders), *of_lines(), *of_dirty_tables()]
    by_name: dict[str, list[Any]] = {}
    for thing in made:
        by_name.setdefault(type(thing).__name__, []).append(thing)
    return by_name


PUBLIC = [
    name
    for name in loyalty.__all__
    if inspect.isclass(getattr(loyalty, name)) and name not in NO_RESULTS
]


def cells_of(page: str) -> list[str]:
    return re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", page)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_result_shows_itself(results: dict[str, list[Any]], name: str) -> None:
    assert name in results, f"no {name} was made"
    for thing in results[name]:
        page = thing._repr_html_()
        assert page.startswith('<div class="loyalty-result"><style>') and page.endswith("</div>")
        assert not re.search(r"https?:|src=|@import|url\(", page), "external resources"
        body = page.partition("</style>")[2]
        assert re.sub(r"<[^>]*>", "", body).strip()
        for shown in (*cells_of(body), *str(thing).split("  ")):
            for number in re.findall(
                r"(?<![\w.\d-])-?\d[\d,]*\.?\d*(?:e[+-]?\d+)?(?![\w.])", shown
            ):
                assert "e+" not in number, shown
                digits = re.sub(r"e-?\d+$|[-,.]", "", number).lstrip("0")
                whole = "." not in number
                assert whole or len(digits) <= 7, (name, shown)


def test_rules_of_the_style_touch_nothing_else_on_a_page(results: dict[str, list[Any]]) -> None:
    style = results["Scores"][0]._repr_html_().partition("<style>")[2].partition("</style>")[0]
    inner = re.sub(r"@media print \{(.*)\}", r"\1", style)
    selectors = [one for rule in re.findall(r"([^{}]+)\{", inner) for one in rule.split(",")]
    assert len(selectors) > 8
    assert all(one.strip().startswith(".loyalty-result") for one in selectors)


def test_scores_show_their_best_customers_their_segments_and_notes_as_sentences(
    results: dict[str, list[Any]],
) -> None:
    [scores] = results["Scores"]
    best = scores.to_frame().sort_values("clv", ascending=False, kind="stable")
    page, printed = scores._repr_html_(), str(scores)
    rows = re.findall(r"<tr><td>(\d+)</td>", page.partition("Segments</caption>")[0])
    assert rows == [str(customer) for customer in best["customer"][:10]]
    assert f"{best['clv'].iloc[0]:,.2f}" in page and f"{best['clv'].iloc[0]:,.2f}" in printed
    assert f"{best['p_alive'].iloc[0]:.1%}" in page
    assert "<p>The gains of treatments rest on effects that are assumed" in page


def test_lists_of_records_are_tables(results: dict[str, list[Any]]) -> None:
    [ledger] = results["Ledger"]
    shares = ledger.top_shares()
    assert isinstance(shares, list) and shares == list(shares)
    assert shares._repr_html_().count("<tr>") == 1 + len(shares)
    assert f"{shares[0].of_total:.1%}" in str(shares)


def test_whatever_users_wrote_is_escaped() -> None:
    log = {
        SCRIPT: [SCRIPT, SCRIPT, "b"],
        "on": ["2024-01-01", "2024-03-01", "2024-02-01"],
        "paid": [1.0, 9.0, 2.0],
    }
    orders = loyalty.Orders(log, customer=SCRIPT, time="on", amount="paid")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", loyalty.LoyaltyWarning)
        scores = loyalty.score(orders)
    for thing in (scores, scores.customers, scores.rfm, orders):
        page = thing._repr_html_()  # type: ignore[union-attr]
        assert "<script" not in page.partition("</style>")[2]
    assert "&lt;script&gt;" in scores._repr_html_()


@pytest.mark.parametrize(
    ("kind", "values", "shown"),
    [
        ("money", [8831583.2, 0.45, None], ["8,831,583", "0", "–"]),
        ("money", [1016.5, -3.0], ["1,016.50", "-3.00"]),
        ("share", [0.0, 0.0001, 0.4068, 0.99999, 1.0], ["0.0%", "<0.1%", "40.7%", ">99.9%", "100.0%"]),
        ("count", [335.0, 12345], ["335", "12,345"]),
        ("number", [0.0, 38.857, 1e-5], ["0.00", "38.86", "1e-5"]),
        ("number", [0.65413, 0.1], ["0.6541", "0.1000"]),
        ("estimate", [0.2425945, 4.4136, 1e-30, 12345.6], ["0.2426", "4.414", "1e-30", "12,346"]),
        ("p_value", [0.0004, 0.0412], ["<0.001", "0.041"]),
        ("number", [float("nan"), float("inf")], ["–", "∞"]),
        ("text", [np.datetime64("2024-01-02T00:00"), True], ["2024-01-02", "yes"]),
    ],
)  # fmt: skip
def test_each_kind_of_number_is_written_as_people_write_it(
    kind: cells.Kind, values: list[Any], shown: list[str]
) -> None:
    assert cells.texts(kind, values, ENGLISH) == shown


def test_english_and_german() -> None:
    pounds, euros = locale("en", "GBP"), locale("de", "EUR")
    assert (pounds.money(-1234.5, 2), pounds.share(0.5)) == ("−£1,234.50", "50.0%")
    assert (euros.money(-1234.5, 2), euros.share(0.5)) == ("−1.234,50\u00a0€", "50,0\u00a0%")
    assert (locale("en", "CHF").money(5, 0), locale().money(5, 0)) == ("CHF\u00a05", "5")
    assert pounds.date("2011-12-09") == "9 December 2011"
    assert euros.date("2011-03-09") == "9. März 2011"
    with pytest.raises(loyalty.InputError, match="language must be one of en, de, got 'fr'"):
        locale("fr")
    with pytest.raises(loyalty.InputError, match="currency must be a code"):
        locale("en", " ")


def test_html_and_text_are_of_one_table() -> None:
    table = of_arrays(
        "Who", {"customer": [7, 12345], "clv": [1.0, 20000.0]}, kinds={"customer": "id"}
    )
    assert text(table).splitlines() == [
        "Who",
        "  customer     clv",
        "  7              1",
        "  12345     20,000",
    ]
    page = html(table)
    assert '<th scope="col">customer</th><th class="r" scope="col">clv</th>' in page
    assert '<td>12345</td><td class="r">20,000</td>' in page
    assert isinstance(dataclasses.replace(table, title=""), Table)


def test_money_is_in_the_currency_that_the_rows_state() -> None:
    log = loyalty.datasets.cdnow("pandas").assign(currency="GBP")
    scores = loyalty.score(log, columns={"customer": "customer_id", "time": "date"})
    best = scores.to_frame()["clv"].max()
    assert f"£{best:,.2f}" in str(scores) and f"£{best:,.2f}" in scores._repr_html_()
