"""Any log, written in any dialect, is read back as it was."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import loyalty

#: Text that a cell may hold, without the words that mean that it is missing, and blanks around it.
WORDS = st.text(
    st.characters(codec="cp1252", exclude_categories=["Cc", "Zs", "Cs"]), min_size=1, max_size=8
).map(lambda word: f"k{word}")
#: From 1970 on, so that a two-digit year says which century.
DAYS = st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 31))
CENTS = st.integers(-10_000_000_00, 10_000_000_00)

FORMS = [
    "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%y",
    "%d-%b-%y", "%d %B %Y", "%B %d, %Y", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M:%S %p",
    "%Y-%m-%dT%H:%M:%SZ",
]  # fmt: skip


def written(cents: int, decimal: str, thousands: str, style: str) -> str:
    """An amount as a dialect has it."""
    whole, part = divmod(abs(cents), 100)
    text = f"{whole:,}".replace(",", thousands) + f"{decimal}{part:02}"
    match style:
        case "euro":
            text = f"{text} €"
        case "dollar":
            text = f"${text}"
    if cents >= 0:
        return text
    return {"brackets": f"({text})", "behind": f"{text}-", "sign": f"−{text}"}.get(
        style, f"-{text}"
    )


@st.composite
def dialects(draw: st.DrawFn) -> dict[str, Any]:
    decimal = draw(st.sampled_from(".,"))
    other = "," if decimal == "." else "."
    return {
        "decimal": decimal,
        "thousands": draw(st.sampled_from(["", other, "\u00a0", "'"])),
        "style": draw(st.sampled_from(["plain", "euro", "dollar", "brackets", "behind", "sign"])),
        "form": draw(st.sampled_from(FORMS)),
        "separator": draw(st.sampled_from(",;\t|")),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])),
        "end": draw(st.sampled_from(["\n", "\r\n"])),
        "above": draw(st.sampled_from(["", "sep=X\n", "Export of the shop\n\n"])),
        "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        "packed": draw(st.booleans()),
    }


def write(log: list[tuple[str, dt.datetime, int]], how: dict[str, Any]) -> bytes:
    file = io.StringIO(newline="")
    file.write(how["above"].replace("X", how["separator"]))
    writer = csv.writer(
        file, delimiter=how["separator"], lineterminator=how["end"], quoting=how["quoting"]
    )
    writer.writerow(["Kunde", "Bemerkung", "Bestelldatum", "Betrag"])
    for who, when, cents in log:
        amount = written(cents, how["decimal"], how["thousands"], how["style"])
        writer.writerow([who, "one,\ntwo;", when.strftime(how["form"]), amount])
    text = file.getvalue()
    if how["encoding"] == "cp1252":
        text = text.replace("−", "-")
    content = text.encode(how["encoding"])
    return gzip.compress(content) if how["packed"] else content


def is_utf8_by_chance(log: list[tuple[str, dt.datetime, int]]) -> bool:
    text = "".join(who for who, _, _ in log)
    try:
        return not text.isascii() and bool(text.encode("cp1252").decode("utf-8"))
    except UnicodeDecodeError:
        return False


LOGS = st.lists(
    st.tuples(WORDS, st.builds(dt.datetime.combine, DAYS, st.times().map(lambda t: t.replace(second=0, microsecond=0))), CENTS),
    min_size=1,
    max_size=20,
)  # fmt: skip


@settings(max_examples=300, derandomize=True)
@given(log=LOGS, how=dialects())
def test_a_log_in_any_dialect_is_read_back(
    log: list[tuple[str, dt.datetime, int]], how: dict[str, Any]
) -> None:
    # What is UTF-8 by chance is read as that: no file of cp1252 with letters beyond ASCII says which it is.
    assume(how["encoding"] != "cp1252" or not is_utf8_by_chance(log))
    day_first = {"%d": True, "%m": False}.get(how["form"][:2])
    table = loyalty.read_orders(write(log, how), day_first=day_first)
    customers, days, amounts = (
        table.frame[table.columns[role]] for role in ("customer", "time", "amount")
    )
    assert customers.to_list() == [who for who, _, _ in log]
    with_time = "%H" in how["form"] or "%I" in how["form"]
    read = [day.replace(tzinfo=None) if isinstance(day, dt.datetime) else day for day in days]
    assert read == [when if with_time else when.date() for _, when, _ in log]
    assert amounts.to_list() == [cents / 100 for _, _, cents in log]
    assert [table.place(row) for row in (0,)] == [f"line {2 + how['above'].count(chr(10))}"]


@settings(max_examples=100, derandomize=True)
@given(log=LOGS, form=st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_dates_are_read_right_or_asked_about(
    log: list[tuple[str, dt.datetime, int]], form: str
) -> None:
    how = {
        "decimal": ".", "thousands": "", "style": "plain", "form": form, "separator": ",", "end": "\n",
        "encoding": "utf-8", "above": "", "quoting": csv.QUOTE_MINIMAL, "packed": False,
    }  # fmt: skip
    tells = any(when.day > 12 for _, when, _ in log)
    same = all(when.day == when.month for _, when, _ in log)
    if tells:
        table = loyalty.read_orders(write(log, how))
        assert table.frame["Bestelldatum"].to_list() == [when.date() for _, when, _ in log]
    elif not same:
        with pytest.raises(loyalty.InputError, match="no date of the file tells"):
            loyalty.read_orders(write(log, how))
