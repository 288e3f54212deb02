"""Tables in and out of files, by polars."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyalty import ledger
from loyalty.errors import InputError

if TYPE_CHECKING:
    import polars as pl

#: Names that a column of each role commonly has, with everything but letters and digits left out.
COMMON = {
    "customer": (
        "customer customerid custid cust client clientid user userid buyer buyerid member memberid"
    ),
    "time": (
        "time timestamp datetime date orderdate ordertime orderedat createdat invoicedate "
        "purchasedate transactiondate day"
    ),
    "amount": (
        "amount price total revenue sales value spend paid dollars orderamount ordertotal "
        "totalamount totalprice monetaryvalue"
    ),
}


#: Further columns of order lines; each is taken where it is called like its role.
LINES = {
    role: role.replace("_", "")
    for role in ledger._OPTIONAL
    if role not in {*COMMON, "line", "price", "quantity", "returned"}
}
#: Columns of service contacts.
CONTACTS = {"customer": COMMON["customer"], "time": COMMON["time"], "cost": "cost contactcost"}
CONTACTS |= {"firm_caused": "firmcaused"}
_OPTIONAL = {"amount", "firm_caused", *LINES}
_NUMBERS = {"amount", *LINES} - {"order", "product", "category", "return_time"}


def polars() -> Any:
    """The library that reads and writes files; an optional part of the installation."""
    try:
        import polars
    except ImportError:
        raise InputError("the command line needs polars: pip install 'loyalty[cli]'") from None
    return polars


def read(
    path: str, columns: dict[str, str | None], common: dict[str, str] | None = None
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The table of a file, and which column has which role; "-" reads CSV from standard input.

    Roles without a column named are looked for among common names.
    """
    common = COMMON | LINES if common is None else common
    pl = polars()
    if path != "-" and not Path(path).is_file():
        raise InputError(f"there is no file {path!r}")
    kind = "csv" if path == "-" else _kind(path)
    try:
        if kind == "parquet":
            header = pl.read_parquet_schema(path)
            roles = choose(list(header), columns, common)
            return pl.read_parquet(path, columns=list(roles.values())), roles
        # Text first: a customer id like 00042 must not become the number 42.
        source = sys.stdin.buffer.read() if path == "-" else path
        frame = pl.read_csv(source, infer_schema=False)
        roles = choose(frame.columns, columns, common)
        frame = frame.select(list(dict.fromkeys(roles.values())))
        return _typed(frame, roles), roles
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path}: {error}") from None


def write(frame: Any, path: str) -> None:
    """Writes a frame whole or not at all."""
    kind = _kind(path)
    beside = f"{path}.{os.getpid()}.partial"
    try:
        if kind == "parquet":
            frame.write_parquet(beside)
        else:
            frame.write_csv(beside)
        os.replace(beside, path)
    except (polars().exceptions.PolarsError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be written: {reason}") from None
    finally:
        Path(beside).unlink(missing_ok=True)


def _kind(path: str) -> str:
    match Path(path).suffix.lower():
        case ".csv" | ".txt":
            return "csv"
        case ".parquet" | ".pq":
            return "parquet"
        case suffix:
            raise InputError(f"{path}: expected a .csv or .parquet file, got {suffix!r}")


def choose(
    names: list[str], columns: dict[str, str | None], known: dict[str, str] = COMMON
) -> dict[str, str]:
    """Which column has which role: the one named, or the only one with a common name.

    Examples
    --------
    >>> choose(["Customer ID", "InvoiceDate", "Price"], dict.fromkeys(COMMON))
    {'customer': 'Customer ID', 'time': 'InvoiceDate', 'amount': 'Price'}
    """
    roles = {}
    for role, named in columns.items():
        if named is not None:
            if named not in names:
                listed = ", ".join(names)
                raise InputError(f'column "{named}" is missing; the table has {listed}')
            roles[role] = named
            continue
        common = known[role].split()
        found = [name for name in names if re.sub(r"[\W_]", "", name).lower() in common]
        if len(found) == 1:
            roles[role] = found[0]
        elif found or role not in _OPTIONAL:
            what = f"several columns may be: {', '.join(found)}" if found else "no column looks so"
            listed = ", ".join(names)
            raise InputError(
                f"which column is the {role}? {what}; name it with --{role} (the table has {listed})"
            )
    return roles


def _typed(frame: pl.DataFrame, roles: dict[str, str]) -> pl.DataFrame:
    """Text columns of a CSV file as the types they hold, refused with the row where they do not."""
    pl = polars()
    for role in ("customer", "order", "product", "category"):
        if role in roles:
            ids = frame[roles[role]]
            numbers = ids.cast(pl.Int64, strict=False)
            if (numbers.cast(pl.String) == ids).fill_null(ids.is_null()).all():
                frame = frame.with_columns(numbers)
    for role in sorted(_NUMBERS & roles.keys(), key=list(roles).index):
        name = roles[role]
        amounts = frame[name].str.strip_chars().cast(pl.Float64, strict=False)
        broken = (amounts.is_null() & frame[name].is_not_null()).arg_true()
        if len(broken):
            row = int(broken[0])
            more = f" (and {len(broken) - 1} more rows)" if len(broken) > 1 else ""
            got = frame[name][row]
            raise InputError(f'column "{name}", row {row}: must be a number, got {got!r}{more}')
        frame = frame.with_columns(amounts)
    if "firm_caused" in roles:
        name = roles["firm_caused"]
        said = frame[name].str.strip_chars().str.to_lowercase()
        flags = said.replace_strict(
            ["true", "1", "false", "0"], [True, True, False, False], default=None
        )
        broken = (flags.is_null() & frame[name].is_not_null()).arg_true()
        if len(broken):
            row = int(broken[0])
            got = frame[name][row]
            raise InputError(f'column "{name}", row {row}: must be true or false, got {got!r}')
        frame = frame.with_columns(flags.cast(pl.Boolean).alias(name))
    return frame
