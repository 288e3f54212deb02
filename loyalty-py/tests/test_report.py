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

import loyalty
from loyalty.cli import main

CAPACITIES = {"calls": 10, "letters": 50}
ECONOMICS = {"handling": 3, "markdown": 0.1, "category_cost": 8}
YEAR = 365.25 / 7
IMPACTS = {
    "service_demander": "service",
    "revenue_reverser": "reversal",
    "promotion_maximizer": "promotion",
    "fixed_budget": "budget",
}


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


def total(values: pl.Series) -> float:
    return float(np.nansum(values.to_numpy()))


def of_all(scores: loyalty.Scores) -> dict[str, float]:
    """The numbers of the tiles, from the frame and the models."""
    frame, customers, fit = scores.to_frame(), scores.customers, scores.purchases
    assert fit is not None and scores.spend is not None
    stays_away = fit.model.p_no_purchase(customers, YEAR)["p_no_purchase"]
    orders = fit.interval("expected_purchases", customers, horizon=YEAR, level=0.9)
    value = loyalty.clv_interval(
        customers,
        fit,
        scores.spend,
        horizon=YEAR,
        annual_discount_rate=0.1,
        margin=0.3,
        total=True,
        level=0.9,
    )
    active = len(frame) - stays_away.sum()
    return {
        "customers": len(frame),
        "repeaters": int((frame["frequency"] > 0).sum()),
        "active": round(active),
        "active_share": active / len(frame),
        "orders_ahead": round(frame["expected_purchases"].sum()),
        "orders_low": round(orders["lower"].sum()),
        "orders_high": round(orders["upper"].sum()),
        "value_ahead": frame["clv"].sum(),
        "value_low": value["lower"][0],
        "value_high": value["upper"][0],
    }


def of_data(scores: loyalty.Scores) -> dict[str, float]:
    report = scores.table_report
    assert report is not None
    found: dict[str, float] = {
        "data.kept": report.rows.kept,
        "data.rows": report.rows.rows,
        "came_back": report.came_back,
        "customers_came_back": report.customers_came_back,
    }
    for refusal in (*report.rows.refusals, *report.rows.left_out, *report.rows.defaulted):
        found[f"left_out.{refusal.reason}.rows"] = refusal.rows
    for join in report.joins:
        found |= {f"{join.table}.matched": join.matched, f"{join.table}.rows": join.rows}
    return found


def of_segments(scores: loyalty.Scores) -> dict[str, float]:
    assert scores.rfm is not None
    frame, found = scores.to_frame(), {}
    keys = {
        "customers": "customers", "share_of_customers": "share_of_customers", "orders": "mean_frequency",
        "total_monetary": "total_monetary", "share_of_monetary": "share_of_monetary",
    }  # fmt: skip
    for row in scores.rfm.segments().iter_rows(named=True):
        if row["customers"]:
            name = row["segment"]
            found |= {f"segments.{name}.{key}": row[column] for key, column in keys.items()}
            found[f"segments.{name}.value"] = frame.filter(segment=name)["clv"].sum()
    best = frame["clv"].sort(descending=True)
    found["top_share"] = best.head(len(best) // 10).sum() / best.sum()
    return found


def of_customers(scores: loyalty.Scores) -> dict[str, float]:
    frame, found = scores.to_frame(), {}
    open_ = frame.filter(pl.col("p_alive").is_between(0.1, 0.6), pl.col("frequency") > 0)
    found["losing"] = len(open_)
    found["losing_paid"] = open_["total_amount"].sum()
    chosen = {
        "best": frame.sort("clv", descending=True, maintain_order=True).head(10),
        "losing": open_.sort("total_amount", descending=True, maintain_order=True).head(10),
        "returns": frame.sort("returned_amount", descending=True, maintain_order=True).head(5),
    }
    keys = {
        "best": ["p_alive", "expected_purchases", "expected_spend", "total_amount", "value"],
        "losing": ["p_alive", "total_amount", "expected_purchases", "value"],
        "returns": ["returned_amount", "total_amount", "profit"],
    }
    for table, rows in chosen.items():
        for row in rows.rename({"clv": "value"}).iter_rows(named=True):
            found |= {f"{table}.{row['customer']}.{key}": row[key] for key in keys[table]}
    back = total(frame["returned_amount"])
    found["returned"] = back
    found["returned_share"] = back / (back + total(frame["total_amount"]))
    found["return_loss"] = total(frame["return_loss"])
    return found


def of_behaviours(scores: loyalty.Scores) -> dict[str, float]:
    frame, found = scores.to_frame(), {}
    for name, short in IMPACTS.items():
        labelled = frame.filter(pl.col(name).fill_null(value=False))
        found[f"behaviours.{name}.labelled"] = len(labelled)
        found[f"behaviours.{name}.impact"] = total(labelled[f"{short}_impact"])
    costs = []
    for row in frame.iter_rows(named=True):
        if row["primary"] in IMPACTS:
            short = IMPACTS[row["primary"]]
            costs.append((-row[f"{short}_impact"], row["customer"], row[f"{short}_p_over"]))
    for cost, customer, p_over in sorted(costs, key=lambda one: one[0])[:5]:
        found |= {f"evidence.{customer}.impact": -cost, f"evidence.{customer}.p_over": p_over}
    treated = frame.filter(pl.col("treatment").is_not_null())
    for name, rows in treated.group_by("treatment"):
        found[f"plan.{name[0]}.customers"] = len(rows)
        found[f"plan.{name[0]}.gain"] = rows["treatment_gain"].sum()
    found["plan.customers"] = len(treated)
    found["plan.all"] = len(frame)
    found["plan.gain"] = treated["treatment_gain"].sum()
    return found | {f"price.{name}": price for name, price in scores.shadow_prices.items()}


def of_log(shop: loyalty.SimulatedShop, scores: loyalty.Scores) -> dict[str, float]:
    """Cohorts by polars; the test by the models."""
    assert scores.purchases is not None
    found: dict[str, float] = {}
    month = pl.col("time").cast(pl.Date).dt.truncate("1mo")
    bought = shop.lines.select("customer", month=month).unique()
    first = bought.group_by("customer").agg(pl.col("month").min().alias("first"))
    bought = bought.join(first, on="customer")
    sizes = dict(first.group_by("first").len().iter_rows())
    last = bought["month"].max()
    for begin, size in sizes.items():
        name = begin.strftime("%b %Y")
        found[f"cohorts.{name}.customers"] = size
        of = bought.filter(first=begin)
        ahead = (last.year - begin.year) * 12 + last.month - begin.month
        for n in range(1, ahead + 1):
            then = pl.Series([begin]).dt.offset_by(f"{n}mo")[0]
            found[f"cohorts.{name}.{n}"] = len(of.filter(month=then)) / size
    orders = loyalty.Orders(shop.lines, customer="customer", time="time", amount="amount")
    split = orders.calibration_holdout("2025-06-30", unit="week")
    assert split.holdout_duration == 26.0 or split.holdout_duration > 25
    return found


def of_test(
    shop: loyalty.SimulatedShop, scores: loyalty.Scores, split_day: str
) -> dict[str, float]:
    assert scores.purchases is not None
    orders = loyalty.Orders(shop.lines, customer="customer", time="time", amount="amount")
    split = orders.calibration_holdout(split_day, unit="week")
    fit = type(scores.purchases.model).fit(split.calibration)
    errors = loyalty.holdout_errors(fit, split)
    spend = loyalty.GammaGamma.fit(split.calibration)
    counts = fit.model.expected_purchases(split.calibration, split.holdout_duration)
    amounts = spend.model.expected_spend(split.calibration)
    money = float((counts["expected_purchases"] * amounts["expected_spend"]).sum())
    assert split.holdout_monetary_value is not None
    paid = float((split.holdout_frequency * split.holdout_monetary_value).sum())
    found = {
        "test_error": errors.expected / errors.actual - 1,
        "test.expected": round(errors.expected),
        "test.actual": errors.actual,
        "test.error": abs(errors.expected / errors.actual - 1),
        "test_money.expected": money,
        "test_money.actual": paid,
        "test_money.error": abs(money / paid - 1),
    }
    track = loyalty.tracking(fit, orders, calibration_end=split_day)
    assert track.start is not None
    for row in track.to_frame().iter_rows(named=True):
        days = np.timedelta64(round(row["end"] * 7) - 1, "D")
        name = str((track.start + days).astype("datetime64[D]"))
        found |= {
            f"tracking.{name}.actual": row["actual"],
            f"tracking.{name}.expected": row["expected"],
        }
    return found


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
    expected = of_all(scores) | of_data(scores) | of_segments(scores) | of_customers(scores)
    expected |= of_behaviours(scores) | of_log(shop, scores) | of_test(shop, scores, split_of(page))
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


def test_a_report_stays_small_and_shows_itself(scores: loyalty.Scores) -> None:
    page = scores.report(top=50)
    assert len(page.html.encode()) < 200_000
    assert page._repr_html_().startswith('<iframe srcdoc="&lt;!doctype html&gt;')
    assert repr(page).startswith("<Report: Customers on 30 December 2025, ")
