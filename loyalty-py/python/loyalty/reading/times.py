"""Dates and times as shops write them, told by the whole column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loyalty.errors import InputError
from loyalty.reading.cells import Asked, Unreadable, blanked, over_values
from loyalty.reading.source import polars

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Clock", "Times", "times"]

MUST = "a date or time like 1997-09-30 or 1997-09-30 18:30"
_ZONED = r"(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})"
_REST = (
    r"(?:[T\s,]+(?:um\s+|at\s+)?(?P<h>\d{1,2})[:.](?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    rf"\s*(?P<half>[AaPp]\.?[Mm]\.?)?(?:\s*Uhr)?)?\s*(?P<z>{_ZONED})?$"
)
_WEEKDAY = r"^(?:[^\W\d_]{2,10}\.?,?\s+)?"
#: The forms of a date, with how people call them; a is the first number, b the second, c the third.
_FORMS = {
    "the year first": rf"{_WEEKDAY}(?P<c>\d{{4}})[-/.](?P<b>\d{{1,2}})[-/.](?P<a>\d{{1,2}}){_REST}",
    "numbers": rf"{_WEEKDAY}(?P<a>\d{{1,2}})(?P<sep>[-/.])\s?(?P<b>\d{{1,2}})[-/.]\s?(?P<c>\d{{4}}|\d{{2}}){_REST}",
    "the month by name": (
        rf"{_WEEKDAY}(?P<a>\d{{1,2}})(?:st|nd|rd|th)?[-\s./]*(?P<name>[^\W\d_]{{3,10}})\.?[-\s./,]*"
        rf"(?P<c>\d{{4}}|\d{{2}}){_REST}"
    ),
    "the month by name first": (
        rf"^(?:[^\W\d_]{{2,10}},\s+)?(?P<name>[^\W\d_]{{3,10}})\.?\s+(?P<a>\d{{1,2}})(?:st|nd|rd|th)?,?\s+"
        rf"(?P<c>\d{{4}}){_REST}"
    ),
    "in eight digits": rf"^(?P<c>(?:19|20)\d{{2}})(?P<b>\d{{2}})(?P<a>\d{{2}}){_REST}",
}
#: The first three letters of months in English, German, Spanish and Portuguese.
_MONTHS = {
    "jan": 1, "ene": 1, "jän": 1, "feb": 2, "fev": 2, "mar": 3, "mär": 3, "mrz": 3, "mae": 3, "apr": 4,
    "abr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10,
    "okt": 10, "out": 10, "nov": 11, "dec": 12, "dez": 12, "dic": 12,
}  # fmt: skip
_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_PARTS = ("a", "b", "c", "sep", "name", "h", "mi", "s", "f", "half", "z")
#: strptime of POSIX: 69 to 99 are of the last century.
_CENTURY = 69


@dataclass(frozen=True, slots=True)
class Clock:
    """What a caller says of times; None leaves it to the column."""

    form: str | None = None
    day_first: bool | None = None
    zone: str | None = None
    #: How the caller says which number is the day, for messages.
    option: str = "day_first=True or day_first=False"
    #: How the caller names a form.
    form_option: str = 'time_format="%d/%m/%Y"'


@dataclass(slots=True)
class Times:
    """A column of times, how it was written, and what was guessed."""

    values: pl.Series
    form: str
    unreadable: Unreadable | None = None
    guesses: list[str] = field(default_factory=list)


def times(column: pl.Series, name: str, clock: Clock, place: Callable[[int], str]) -> Times:
    """A column as dates or as times on the clock that they were written by.

    Raises
    ------
    InputError
        Where the column has no times, or a zone is asked for that the times do not have.
    Asked
        Where the cells can be read in two ways, or are written in two.
    """
    found = _read(column, name, clock, place)
    if clock.zone is not None:
        found.values = _on_clock(found.values, name, clock.zone)
    return found


def _read(column: pl.Series, name: str, clock: Clock, place: Callable[[int], str]) -> Times:
    pl = polars()
    if column.dtype == pl.Date:
        return Times(column, "dates")
    if isinstance(column.dtype, pl.Datetime):
        return Times(column, "times")
    if column.dtype.is_numeric():
        return _of_numbers(column.cast(pl.Float64), column, name)
    if column.dtype == pl.Null:
        return Times(column.cast(pl.Date), "dates")
    if column.dtype != pl.String:
        raise InputError(f'column "{name}" must hold dates or times; it holds none')
    text = blanked(column, dashes=True)
    if clock.form is not None:
        return _by_format(text, column, name, clock.form)
    return _iso(text) or _counted(text, column, name) or _by_parts(text, column, name, clock, place)


def _on_clock(values: pl.Series, name: str, zone: str) -> pl.Series:
    pl = polars()
    if not isinstance(values.dtype, pl.Datetime) or values.dtype.time_zone is None:
        raise InputError(
            f'the time zone {zone} needs times with a zone, but column "{name}" has none: '
            "its times are read as the clock showed them"
        )
    try:
        return values.dt.convert_time_zone(zone)
    except pl.exceptions.PolarsError:
        raise InputError(f"the time zone {zone!r} is not known; one is Europe/Berlin") from None


def _iso(text: pl.Series) -> Times | None:
    """The form that needs no thought, by the quickest way."""
    pl = polars()
    first = str(text.first(ignore_nulls=True) or "")
    if len(first) < 10 or first[4] != "-":
        return None
    if len(first) == 10:
        days = text.str.to_date("%Y-%m-%d", strict=False)
        return Times(days, "dates, the year first") if _whole(days, text) else None
    for form in (f"%Y-%m-%d{first[10]}%H:%M:%S", f"%Y-%m-%d{first[10]}%H:%M:%S%.f"):
        when = text.str.to_datetime(form, strict=False, time_unit="us")
        if _whole(when, text):
            return Times(when.cast(pl.Datetime("us")), "times, the year first")
    return None


def _whole(parsed: pl.Series, text: pl.Series) -> bool:
    return parsed.null_count() == text.null_count()


def _by_format(text: pl.Series, column: pl.Series, name: str, form: str) -> Times:
    pl = polars()
    timed = any(part in form for part in ("%H", "%I", "%T", "%R", "%X", "%s", "%c"))
    try:
        if timed:
            values = over_values(
                text, lambda t: t.str.to_datetime(form, strict=False, time_unit="us")
            )
        else:
            values = over_values(text, lambda t: t.str.to_date(form, strict=False))
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"the time format {form!r} cannot be used: {str(error).splitlines()[0]}"
        ) from None
    return Times(
        values, f"by the format {form}", _unread(values, text, column, name, f"like {form}")
    )


def _unread(
    values: pl.Series, text: pl.Series, column: pl.Series, name: str, must: str = MUST
) -> Unreadable | None:
    bad = values.is_null() & text.is_not_null()
    if not bad.any():
        return None
    return Unreadable(name, must, bad, str(column[int(bad.arg_true()[0])]))


#: Counts of time since a day long ago: the least and the greatest plausible, and how many make a day.
#: Excel counts days from 1899-12-30; the others seconds and parts of them from 1970. The ranges are
#: the years 1954 to 2119 and 1973 to 2128.
_COUNTS: tuple[tuple[str, float, float, float], ...] = (
    ("days as Excel counts them", 2e4, 8e4, 1.0),
    ("seconds since 1970", 1e8, 5e9, 86_400.0),
    ("milliseconds since 1970", 1e11, 5e12, 86_400e3),
    ("microseconds since 1970", 1e14, 5e15, 86_400e6),
    ("nanoseconds since 1970", 1e17, 5e18, 86_400e9),
)


def _counted(text: pl.Series, column: pl.Series, name: str) -> Times | None:
    """Times as counts, written as text."""
    pl = polars()
    first = str(text.first(ignore_nulls=True) or "")
    if not first.replace(".", "").replace(",", "").isdigit():
        return None
    numbers = text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    if not _whole(numbers, text):
        return None
    if (numbers >= 1.9e7).all() and (numbers < 2.2e7).all():
        return None  # Eight digits: year, month and day.
    return _of_numbers(numbers, column, name)


def _of_numbers(numbers: pl.Series, column: pl.Series, name: str) -> Times:
    pl = polars()
    present = numbers.fill_nan(None).drop_nulls()
    if not len(present):
        return Times(numbers.cast(pl.Date), "dates")
    low, high = float(present.min()), float(present.max())  # type: ignore[arg-type]
    if low >= 1.9e7 and high < 2.2e7:
        text = numbers.cast(pl.Int64, strict=False).cast(pl.String)
        days = text.str.to_date("%Y%m%d", strict=False)
        return Times(days, "dates in eight digits", _unread(days, text, column, name))
    for what, least, most, day in _COUNTS:
        if least <= low and high <= most:
            offset = 25_569 if day == 1 else 0
            # Excel's fractions of a day are rounded to the second, as it shows them.
            seconds = ((numbers / day - offset) * 86_400).round(3 if day > 1 else 0)
            micros = (seconds * 1e6).round(0).cast(pl.Int64)
            values = micros.cast(pl.Datetime("us"))
            zone = "" if day == 1 else ", on the clock of UTC"
            if day > 1:
                values = values.dt.replace_time_zone("UTC")
            elif (present == present.floor()).all():
                values = values.cast(pl.Date)
            return Times(values, what, guesses=[f'column "{name}" as {what}{zone}'])
    row = int((numbers == low).arg_true()[0])
    raise InputError(
        f'column "{name}" must hold dates or times; it holds numbers such as {column[row]} that are neither '
        "days as Excel counts them nor seconds or milliseconds since 1970"
    )


def _by_parts(
    text: pl.Series, column: pl.Series, name: str, clock: Clock, place: Callable[[int], str]
) -> Times:
    """Dates by their parts, each different text once."""
    pl = polars()
    values = text.drop_nulls().unique(maintain_order=True)
    parts, form = _parts(values, name, text, place)
    where = _Where(text, column, name, place, clock.form_option)
    guesses = []
    if form == "numbers":
        order, guess = _order(parts, values, clock, where)
        guesses += guess
        if order == "month":
            parts = parts.with_columns(a=pl.col("b"), b=pl.col("a"))
        form = "the day first" if order == "day" else "the month first"
    if parts["c"].str.len_chars().min() == 2:
        guesses.append(f'two digits of a year in column "{name}" as of 1969 to 2068')
    found, zones = _assembled(parts)
    if len(zones) > 1 and (None in zones):
        bare, zoned = (
            str(values[int(mask.arg_true()[0])])
            for mask in (parts["z"].is_null() & parts["c"].is_not_null(), parts["z"].is_not_null())
        )
        raise Asked(
            f'column "{name}": some times have a zone and some have none ({where.cell(zoned)}, '
            f"{where.cell(bare)}): write all of them one way"
        )
    local, note = _zoned(found, parts["z"], zones, clock.zone)
    guesses += [f'column "{name}" {note}'] if note else []
    when = text.replace_strict(values, local, default=None, return_dtype=local.dtype)
    words = f"times, {form}"
    if parts["h"].is_null().all():
        when, words = when.cast(pl.Date), f"dates, {form}"
    return Times(when, words, _unread(when, text, column, name), guesses)


@dataclass(frozen=True, slots=True)
class _Where:
    """Cells with where they stand first, for messages."""

    text: pl.Series
    column: pl.Series
    name: str
    place: Callable[[int], str]
    #: How the caller names a form.
    option: str

    def cell(self, value: str) -> str:
        row = int((self.text == value).arg_true()[0])
        return f'"{self.column[row]}" in {self.place(row)}'


def _parts(
    values: pl.Series, name: str, text: pl.Series, place: Callable[[int], str]
) -> tuple[pl.DataFrame, str]:
    """The parts of each text by the form that the column is in."""
    pl = polars()
    matches = {
        form: values.str.contains(pattern.replace("?P<", "?<")) for form, pattern in _FORMS.items()
    }
    forms = [form for form, match in matches.items() if match.any()]
    if not forms:
        form = "the year first"
    else:
        form = forms[0] if len(forms) == 1 else max(forms, key=lambda f: int(matches[f].sum()))
    others = [other for other in forms if other != form]
    for other in others:
        ours, theirs = matches[form].arg_true(), (matches[other] & ~matches[form]).arg_true()
        if len(theirs) and len(ours):
            cells = []
            for at in (int(ours[0]), int(theirs[0])):
                row = int((text == values[at]).arg_true()[0])
                cells.append(f'"{values[at]}" in {place(row)}')
            raise Asked(
                f'column "{name}": dates are written in two forms, as {cells[0]} and {cells[1]}: '
                "write all of them one way"
            )
    groups = values.str.extract_groups(_FORMS[form].replace("?P<", "?<")).struct.unnest()
    missing = [part for part in _PARTS if part not in groups.columns]
    groups = groups.with_columns(pl.lit(None, dtype=pl.String).alias(part) for part in missing)
    return groups, form


def _order(
    parts: pl.DataFrame, values: pl.Series, clock: Clock, where: _Where
) -> tuple[str, list[str]]:
    """Which of the two first numbers is the day."""
    pl = polars()
    first, second = parts["a"].cast(pl.Int32), parts["b"].cast(pl.Int32)
    if clock.day_first is not None:
        return ("day" if clock.day_first else "month"), []
    _not_year_first(parts, values, where)
    days = (first > 12).fill_null(False).arg_true()
    months = (second > 12).fill_null(False).arg_true()
    if len(days) and len(months):
        one, two = (where.cell(str(values[int(rows[0])])) for rows in (days, months))
        raise Asked(
            f'column "{where.name}": the day is first in {one} and second in {two}: write all dates one '
            f"way, or read them by {clock.option}, which refuses the others"
        )
    if len(days) or len(months):
        row = int((days if len(days) else months)[0])
        order = "day" if len(days) else "month"
        return order, [
            f'the {order} is first in column "{where.name}", by {where.cell(str(values[row]))}'
        ]
    if (parts["sep"].drop_nulls() == ".").all():
        return "day", [f'the day is first in column "{where.name}", as points between numbers say']
    differs = (first != second).fill_null(False).arg_true()
    row = int(differs[0]) if len(differs) else 0
    cell, a, b, c = values[row], int(first[row] or 1), int(second[row] or 1), parts["c"][row]
    raise Asked(
        f'column "{where.name}": {where.cell(str(cell))} may be {a} {_NAMES[b - 1]} {c} or {b} {_NAMES[a - 1]} {c}, '
        f"and no date of the file tells; {clock.option} decides"
    )


#: So many different last numbers up to 31, and twice as many as first ones, are days and no years.
_DAYS_SEEN = 8


def _not_year_first(parts: pl.DataFrame, values: pl.Series, where: _Where) -> None:
    """Asks where a two-digit year may stand in front: ``24-03-31``."""
    last = parts.filter(parts["c"].str.len_chars() == 2)["c"]
    if len(last) < len(values):
        return
    different = last.n_unique()
    if int(last.cast(polars().Int32).max()) > 31 or different < _DAYS_SEEN:  # type: ignore[arg-type]
        return
    if different > 2 * parts["a"].n_unique():
        cell = where.cell(str(values[0]))
        raise Asked(
            f'column "{where.name}": {cell} may have its year in front: say how dates are written by '
            f"{where.option}"
        )


def _assembled(parts: pl.DataFrame) -> tuple[pl.Series, list[Any]]:
    """Naive times of parts that are a date and a time of day, null otherwise; and the zones."""
    pl = polars()
    number = {key: pl.col(key).cast(pl.Int32) for key in ("a", "b", "c", "h", "mi", "s")}
    year = number["c"]
    two = pl.col("c").str.len_chars() == 2
    year = (
        pl.when(two)
        .then(year + pl.when(year < _CENTURY).then(2000).otherwise(1900))
        .otherwise(year)
    )
    short = pl.col("name").str.to_lowercase().str.slice(0, 3)
    by_name = short.replace_strict(
        list(_MONTHS), list(_MONTHS.values()), default=None, return_dtype=pl.Int32
    )
    month = pl.coalesce(number["b"], by_name)
    half = pl.col("half").str.to_lowercase().str.slice(0, 1)
    hour = number["h"].fill_null(0)
    twelve = (
        pl.when(half == "p").then(hour % 12 + 12).when(half == "a").then(hour % 12).otherwise(hour)
    )
    frame = parts.select(
        y=year,
        m=month,
        d=number["a"],
        h=twelve,
        mi=number["mi"].fill_null(0),
        s=number["s"].fill_null(0),
        f=pl.col("f").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).fill_null(0),
        halves=half.is_null() | hour.is_between(1, 12),
    )
    leap = (pl.col("y") % 4 == 0) & ((pl.col("y") % 100 != 0) | (pl.col("y") % 400 == 0))
    february = pl.when(leap).then(29).otherwise(28)
    last = (
        pl.when(pl.col("m") == 2)
        .then(february)
        .when(pl.col("m").is_in([4, 6, 9, 11]))
        .then(30)
        .otherwise(31)
    )
    good = (
        pl.col("y").is_between(1, 9999)
        & pl.col("m").is_between(1, 12)
        & pl.col("d").is_between(1, last)
        & (pl.col("h") < 24)
        & (pl.col("mi") < 60)
        & (pl.col("s") < 60)
        & pl.col("halves")
    ).fill_null(False)

    parts_or_one = [
        pl.when(good).then(pl.col(key)).otherwise(1) for key in ("y", "m", "d", "h", "mi", "s")
    ]
    when = pl.datetime(*parts_or_one).cast(pl.Datetime("us")) + pl.duration(
        microseconds=pl.col("f")
    )
    values = frame.select(pl.when(good).then(when)).to_series()
    zones = parts.filter(pl.col("c").is_not_null())["z"].unique().to_list()
    return values, zones


def _zoned(
    values: pl.Series, zones: pl.Series, different: list[Any], wanted: str | None
) -> tuple[pl.Series, str | None]:
    """Times with a zone: on the clock that they were written by, or, where a zone is asked for or
    they are all in UTC, as instants."""
    pl = polars()
    if all(zone is None for zone in different):
        return values, None
    if all(zone in ("Z", "UTC", "GMT", "+00:00", "+0000", "+00") for zone in different):
        return values.dt.replace_time_zone("UTC"), None
    if wanted is None:
        listed = ", ".join(sorted(str(zone) for zone in different)[:4])
        return values, f"as the clock showed (zones {listed}); a time zone puts all on one clock"
    digits = zones.str.replace_all(r"[^\d]", "").str.pad_end(4, "0")
    minutes = digits.str.slice(0, 2).cast(pl.Int64, strict=False) * 60 + digits.str.slice(
        2, 2
    ).cast(pl.Int64, strict=False)
    signs = pl.select(pl.when(zones.str.starts_with("-")).then(-1).otherwise(1)).to_series()
    shift = (minutes.fill_null(0) * signs * 60_000_000).cast(pl.Duration("us"))
    return (values - shift).dt.replace_time_zone("UTC"), None
