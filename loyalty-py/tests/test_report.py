"""The report: every number is the frame's, nothing is fetched, and it can be read on any screen and on paper."""

from __future__ import annotations

import pickle
import re
import warnings
from pathlib import Path
from typing import Any

import browser
import numpy as np
import polars as pl
import pytest
import report_numbers as numbers_of

import loyalty
from loyalty._page import notes
from loyalty.cli import main

ROOT = Path(__file__).resolve().parents[2]
CAPACITIES = {"calls": 10, "letters": 50}
ECONOMICS = {"handling": 3, "markdown": 0.1, "category_cost": 8}


@pytest.fixture(scope="module")
def shop() -> loyalty.SimulatedShop:
    return loyalty.simulate(1200, seed=8, backend="polars")


@pytest.fixture(scope="module")
def scores(shop: loyalty.SimulatedShop) -> loyalty.Scores:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", loyalty.LoyaltyWarning)
        return loyalty.score(
            shop.lines,
            contacts=shop.contacts,
            margin=0.3,
            economics=ECONOMICS,
            capacities=CAPACITIES,
        )


def split_of(page: loyalty.Report) -> str:
    """The day until which the tested model saw orders."""
    said = re.search(r"fitted to the orders until (\d+) (\w+) (\d{4})", page.html)
    assert said is not None
    months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return f"{said[3]}-{months.index(said[2]) + 1:02}-{int(said[1]):02}"


def read(text: str, mark: str) -> tuple[float, float]:
    """A number as it is shown, and by how much its rounding may be off."""
    digits = re.sub(r"[^\d.,]", "", text)
    digits = digits.replace("." if mark == "," else ",", "").replace(mark, ".")
    decimals = len(digits.partition(".")[2])
    scale = 0.01 if "%" in text else 1.0
    sign = -1.0 if "−" in text else 1.0
    return sign * float(digits) * scale, 0.5000001 * 10.0**-decimals * scale


def test_every_number_is_that_of_the_frames(
    shop: loyalty.SimulatedShop, scores: loyalty.Scores, tmp_path: Path
) -> None:
    page = scores.report(currency="EUR")
    expected = (
        numbers_of.of_all(scores)
        | numbers_of.of_data(scores)
        | numbers_of.of_segments(scores)
        | numbers_of.of_customers(scores)
    )
    expected |= (
        numbers_of.of_behaviours(scores)
        | numbers_of.of_log(shop)
        | numbers_of.of_test(shop, scores, split_of(page))
    )
    shown, console = browser.look(tmp_path, page.html)
    assert console == []
    assert len(shown["numbers"]) > 400
    for name, value, text in shown["numbers"]:
        assert float(value) == pytest.approx(expected[name], rel=1e-9, abs=1e-12), name
        if text.startswith(("<", ">", "–")) or name.startswith("cohorts"):
            continue
        seen, off = read(text, ".")
        assert abs(seen - float(value)) <= off + 1e-9 * abs(seen), (name, value, text)
    # Nothing that is to be there is missing, and each stands once at least.
    assert expected.keys() - {name for name, _, _ in shown["numbers"]} == set()


def test_german_numbers_are_the_same_numbers(scores: loyalty.Scores, tmp_path: Path) -> None:
    english, _ = browser.look(tmp_path, scores.report(currency="EUR").html)
    page = scores.report(currency="EUR", language="de")
    german, console = browser.look(tmp_path, page.html)
    assert console == [] and '<html lang="de">' in page.html
    values = [
        (name, value) for name, value, _ in german["numbers"] if not name.startswith("cohorts")
    ]
    assert values == [
        (name, value) for name, value, _ in english["numbers"] if not name.startswith("cohorts")
    ]
    for name, value, text in german["numbers"]:
        if not text.startswith(("<", ">", "–")) and not name.startswith("cohorts"):
            seen, off = read(text, ",")
            assert abs(seen - float(value)) <= off + 1e-9 * abs(seen), (name, value, text)
    assert "Vor dem Absprung" in german["headings"]
    assert len(german["headings"]) == len(english["headings"])


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_telephone_shows_it_without_moving_sideways(
    scores: loyalty.Scores, tmp_path: Path, language: Any
) -> None:
    page = scores.report(currency="EUR", language=language, title="A" * 60)
    for width in (360, 768, 1160):
        shown, _ = browser.look(tmp_path, page.html, width=width)
        assert shown["width"] <= width
        assert shown["over"] == []


def luminance(color: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_it_is_light_or_dark_as_its_reader_likes_and_can_be_read_in_both(
    scores: loyalty.Scores, tmp_path: Path
) -> None:
    page = scores.report().html
    light, _ = browser.look(tmp_path, page)
    dark, console = browser.look(tmp_path, page, *browser.DARK)
    assert console == []
    assert luminance(light["back"]) > 0.9 and luminance(dark["back"]) < 0.05
    for shown in (light, dark):
        assert contrast(shown["text"], shown["back"]) > 7
        assert contrast(shown["soft"], shown["back"]) > 4.5
        assert contrast(shown["small"], shown["tile"]) > 4.5


def test_pictures_and_paper(scores: loyalty.Scores, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    scores.report(path, currency="EUR")
    for name, flags in (("light", ()), ("dark", browser.DARK)):
        picture = tmp_path / f"{name}.png"
        browser.run(path, f"--screenshot={picture}", "--window-size=1160,2000", *flags)
        pixels = pytest.importorskip("matplotlib.image").imread(picture)
        corner = pixels[2, 2, :3].mean()
        assert corner > 0.9 if name == "light" else corner < 0.2
        assert pixels[..., :3].std() > 0.05
    printed = tmp_path / "report.pdf"
    _, console = browser.run(path, "--no-pdf-header-footer", f"--print-to-pdf={printed}")
    content = printed.read_bytes()
    assert console == [] and content.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page[^s]", content)) <= 8


@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
def test_cohorts_and_the_test_count_purchases_as_the_scores_do(
    shop: loyalty.SimulatedShop, scores: loyalty.Scores
) -> None:
    assert scores.report().html.count("net of what came back, as everywhere") == 2
    gross = loyalty.score(shop.lines, margin=0.3, value="gross")
    page = gross.report().html
    # Nothing came back that would change how purchases count.
    assert "as everywhere on this page" not in page
    kept, paid = scores._asked.log(), gross._asked.log()
    assert kept is not None and paid is not None
    assert len(kept) < len(paid) == len(shop.lines)
    unit: Any = "week"
    np.testing.assert_array_equal(kept.summarize(unit=unit).frequency, scores.customers.frequency)
    np.testing.assert_array_equal(paid.summarize(unit=unit).frequency, gross.customers.frequency)
    np.testing.assert_allclose(
        kept.summarize(unit=unit).total_amount, scores.customers.total_amount, rtol=1e-12
    )
    # A table without amounts has purchases, too.
    plain = loyalty.score(shop.lines.select("customer", "time"))
    log = plain._asked.log()
    assert (
        log is not None
        and log.summarize(unit=unit).frequency.sum() == plain.customers.frequency.sum()
    )


def test_the_browser_would_see_what_is_wrong(scores: loyalty.Scores, tmp_path: Path) -> None:
    page = scores.report().html
    fetching = page.replace("<main>", '<main><img src="http://localhost:9/x.png">')
    _, console = browser.look(tmp_path, fetching)
    assert any("Content Security Policy" in line for line in console)
    wide, _ = browser.look(
        tmp_path, page.replace("<main>", '<main><p style="width:900px">x</p>'), width=360
    )
    assert wide["width"] > 360


def test_nothing_is_fetched_and_nothing_runs(scores: loyalty.Scores) -> None:
    page = scores.report(currency="EUR").html
    assert not re.search(r"<script|<link|<img|<iframe|https?:|@import|url\(|\son\w+=", page)
    assert "default-src 'none'" in page


def test_what_users_wrote_is_escaped() -> None:
    script = "<script>alert(1)</script>"
    log = loyalty.datasets.cdnow("polars").with_columns(
        customer=pl.concat_str(pl.lit(script), pl.col("customer_id").cast(pl.String))
    )
    orders = loyalty.Orders(log, customer="customer", time="date", amount="amount")
    page = loyalty.score(orders).report(title=script, currency=script)
    assert "<script" not in page.html and "&lt;script&gt;" in page.html
    assert "<script" not in page._repr_html_()


def test_what_the_data_do_not_allow_is_said_in_a_sentence_each(
    orders: loyalty.Orders, customers: loyalty.CustomerSummary
) -> None:
    log = loyalty.score(orders).report()
    assert [sentence.partition(":")[0] for sentence in log.absent] == [
        "Returns",
        "Costly behaviours",
        "A plan",
    ]
    assert all(sentence in log.html for sentence in log.absent)
    of_summary = loyalty.score(customers).report()
    assert "of its log nothing is known" in of_summary.html
    assert any("a summary was scored" in sentence for sentence in of_summary.absent)
    days = {
        "customer": [1, 1, 2, 3],
        "time": ["2024-01-01", "2024-01-09", "2024-01-05", "2024-01-07"],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", loyalty.LoyaltyWarning)
        few = loyalty.score(days).report(language="de")
    said = " ".join(few.absent)
    assert "weniger als 100 Kunden" in said and "innerhalb eines Monats" in said and "Wert:" in said
    assert "Wert im" not in few.html


def test_a_currency_that_the_rows_state_needs_no_word(shop: loyalty.SimulatedShop) -> None:
    lines = shop.lines.with_columns(currency=pl.lit("GBP"))
    assert "money in £" in loyalty.score(lines).report().html
    assert "the currency is not stated" in loyalty.score(shop.lines).report().html


@pytest.mark.parametrize("unit", ["hour", "day", "month", "calendar_week", "calendar_quarter"])
def test_every_unit_has_a_page(orders: loyalty.Orders, unit: Any) -> None:
    page = loyalty.score(orders, unit=unit).report()
    assert "The forecast was" in page.html and "Who buys again" in page.html


def test_every_kind_of_table_gives_the_same_page(tmp_path: Path) -> None:
    log = loyalty.datasets.cdnow("polars").rename({"customer_id": "customer", "date": "time"})
    log = log.drop("quantity").with_columns(
        currency=pl.lit("USD"), amount=pl.col("amount").cast(pl.Float32)
    )
    page = loyalty.score(log).report()
    assert "The forecast was" in page.html and "money in $" in page.html
    path = tmp_path / "orders.parquet"
    log.write_parquet(path)
    relation = pytest.importorskip("duckdb").sql(f"select * from '{path}'")
    columns = {name: log[name].to_list() for name in log.columns}
    for same in (log.to_pandas(), log.to_arrow(), relation, columns):
        assert loyalty.score(same).report() == page
    again = pickle.loads(pickle.dumps(page))
    assert again == page and hash(again) == hash(page)


def test_weights_count(customers: loyalty.CustomerSummary) -> None:
    columns = {
        "frequency": customers.frequency, "recency": customers.recency, "T": customers.T,
        "monetary_value": customers.monetary_value, "total_amount": customers.total_amount,
    }  # fmt: skip
    twice = loyalty.CustomerSummary(**columns, weights=np.full(len(customers), 2.0), unit="week")
    scores = loyalty.score(twice)
    numbers = dict(re.findall(r'data-name="(\w+)" data-value="([^"]+)"', scores.report().html))
    clv = np.asarray(scores.to_frame()["clv"])
    assert float(numbers["customers"]) == 2 * len(customers)
    assert float(numbers["value_ahead"]) == pytest.approx(2 * clv.sum(), rel=1e-12)
    assert float(numbers["value_low"]) < 2 * clv.sum() < float(numbers["value_high"])


def test_what_has_no_range_is_said(customers: loyalty.CustomerSummary) -> None:
    given = loyalty.MbgNbd(r=0.6, alpha=8.7, a=0.55, b=1.0, unit="week")
    page = loyalty.score(customers, purchases=given, unit="week").report()
    assert "orders_low" not in page.html and "value_low" not in page.html
    assert "a model whose errors are not known" in page.html
    assert "Ranges are of" not in page.html
    assert "errors are not known" not in loyalty.score(customers).report().html


def test_words_and_paths_that_cannot_be(scores: loyalty.Scores, tmp_path: Path) -> None:
    with pytest.raises(loyalty.InputError, match="language must be one of en, de, got 'fr'"):
        scores.report(language="fr")  # type: ignore[arg-type]
    with pytest.raises(loyalty.InputError, match=r"expected a \.html file to write"):
        scores.report(tmp_path / "report.pdf")
    with pytest.raises(loyalty.InputError, match="cannot be written: No such file"):
        scores.report(tmp_path / "nowhere" / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_the_same_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.html"
    log = str(loyalty.datasets.cdnow_path())
    options = [
        "--margin",
        "0.3",
        "--report",
        str(path),
        "--report-currency",
        "USD",
        "--report-language",
        "de",
    ]
    assert main(["score", log, *options]) == 0
    assert capsys.readouterr().out.endswith(f"report written to {path}\n")
    table = loyalty.read_orders(log)
    orders = loyalty.Orders(table, guests="leave_out", dates="refuse")
    expected = loyalty.score(orders, margin=0.3).report(currency="USD", language="de")
    assert path.read_text(encoding="utf-8") == expected.html
    assert main(["score", log, "--report", "report.pdf"]) == 1
    said = capsys.readouterr().err
    assert said == f"loyalty: {log}: report.pdf: expected a .html file to write\n"


def test_a_report_stays_small_and_shows_itself(scores: loyalty.Scores) -> None:
    page = scores.report(top=50)
    assert len(page.html.encode()) < 200_000
    assert page._repr_html_().startswith('<iframe srcdoc="&lt;!doctype html&gt;')
    assert repr(page).startswith("<Report: Customers on 30 December 2025, ")


def test_every_kind_of_note_is_said_in_german() -> None:
    source = (ROOT / "loyalty-core/src/pipeline/notes.rs").read_text("utf-8")
    kinds = set(re.findall(r'Self::\w+ => "(\w+)"', source.partition("impl NoteKind")[2]))
    assert len(kinds) > 20
    assert set(notes.ABOUT) == kinds | {"unit", "covariates"}


def cases() -> list[loyalty.Scores]:
    """Scores with notes of many kinds."""
    cdnow = loyalty.datasets.cdnow_orders()
    shop = loyalty.simulate(1200, seed=8, backend="polars")
    ids = {"customer": range(40), "time": ["2024-01-01", "2024-03-01"] * 20, "amount": [5.0] * 40}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", loyalty.LoyaltyWarning)
        return [
            loyalty.score(cdnow, observation_end="1997-09-30"),
            loyalty.score(cdnow.summarize().to_frame()),
            loyalty.score(cdnow, purchases=loyalty.BgNbd),
            loyalty.score(shop.lines, contacts=shop.contacts, opted_out=[1, 2]),
            loyalty.score(shop.lines, margin=0.3, capacities=CAPACITIES, economics=ECONOMICS),
            loyalty.score(shop.lines.drop("cost"), capacities=CAPACITIES),
            loyalty.score({**ids, "customer": list(range(40))}),
        ]


def test_notes_in_german_keep_every_number() -> None:
    said = [
        (kind, note)
        for scores in cases()
        for kind, note in zip(scores._note_kinds, scores.notes, strict=False)
    ]
    whole = set()
    for kind, note in said:
        found = notes.german(kind, note)
        if 'lang="en"' not in found:
            whole.add(kind)
            found = found.replace(",", ".")
        for number in re.findall(r"\d+(?:\.\d+)?", note):
            assert number in found.replace("Eine Person", "1"), (note, found)
    expected = {"purchase_model", "one_time_buyers", "opted_out", "margin", "ids", "unit"}
    assert {*expected, "came_back", "assumed_effects"} <= whole


def test_a_note_of_another_form_stays_as_it_is_below_what_it_is_about() -> None:
    said = notes.german("joins", 'column "customer" names a customer <in> 3 of 4 rows')
    assert said.startswith("Nicht alle Zeilen")
    assert said.endswith(
        '<span lang="en">Column &quot;customer&quot; names a customer &lt;in&gt; 3 of 4 rows.</span>'
    )


def test_a_german_report_of_a_log_has_no_english_note() -> None:
    scores = loyalty.score(loyalty.datasets.cdnow_orders(), margin=0.3)
    assert scores.notes
    html = scores.report(language="de").html
    assert 'lang="en"' not in html and "Bestellungen sagt das MBG/NBD-Modell voraus, in dem" in html
    assert "no other forecasts better" in scores.report().html
