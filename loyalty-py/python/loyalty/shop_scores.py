"""What a log of order lines says beyond orders and amounts: profit, returns and costly behaviours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np

from loyalty import _native
from loyalty.behaviours import BehaviourModel
from loyalty.errors import InputError
from loyalty.ledger import _NEEDED, _OPTIONAL, Ledger, _names
from loyalty.orders import Moment, Orders, _instant
from loyalty.report import Invalid
from loyalty.summary import CustomerSummary

#: What a column of order lines may be.
ROLES = (*_NEEDED, *_OPTIONAL)
#: What order lines do not say of money, and how labels are given.
ECONOMICS = ("handling", "markdown", "category_cost", "materiality", "false_discovery_rate")
#: The habits, and the short names that their columns begin with.
HABITS = {
    "service_demander": "service",
    "revenue_reverser": "reversal",
    "promotion_maximizer": "promotion",
    "coupon_user": "coupon",
    "fixed_budget": "budget",
}
_SCORES = ("estimate", "p_over", "impact")
_DAY = 86_400_000_000


class Log(NamedTuple):
    """A table of order lines, and which column has which role."""

    data: Any
    roles: dict[str, str]
    invalid: Invalid
    time_zone: str | None

    def orders(self) -> Orders:
        """Customer, time and amount."""
        return Orders(
            self.data,
            customer=self.roles["customer"],
            time=self.roles["time"],
            amount=self.roles.get("amount"),
            invalid=self.invalid,
            time_zone=self.time_zone,
        )

    def ledger(
        self,
        contacts: Any,
        money: Mapping[str, float],
        observation_end: Moment | None,
        threads: int,
    ) -> Ledger:
        """All roles, and contacts; the whole day of the end counts, as in a summary."""
        end = None
        if observation_end is not None:
            instant = _instant("observation_end", observation_end, self.time_zone)
            end = np.datetime64((instant // _DAY + 1) * _DAY - 1, "us")
        return Ledger(
            self.data,
            contacts=contacts,
            columns={role: self.roles.get(role) for role in ROLES},
            end=end,
            invalid=self.invalid,
            time_zone=self.time_zone,
            margin=money.get("margin"),
            handling=money.get("handling"),
            markdown=money.get("markdown"),
            category_cost=money.get("category_cost"),
            threads=threads,
        )


def log(
    data: Any, columns: Mapping[str, str] | None, invalid: Invalid, time_zone: str | None
) -> Log:
    """The roles of a table's columns: those named, and those that are called like their role."""
    named = dict(columns or {})
    for role in named:
        if role not in ROLES:
            raise InputError(f"columns: {role!r} is none of {', '.join(ROLES)}")
    frame = nw.from_native(data, pass_through=True)
    is_frame = isinstance(frame, nw.DataFrame | nw.LazyFrame) or hasattr(data, "__arrow_c_stream__")
    if not is_frame and not isinstance(data, Mapping):
        raise TypeError(
            "expected Orders, a CustomerSummary, a data frame (pandas, polars, pyarrow, duckdb) or a "
            f"mapping of columns, got {type(data).__name__}"
        )
    here = _names(data)
    roles = {role: named.get(role, role) for role in ROLES if role in named or role in here}
    for role in ("customer", "time"):
        if role not in roles:
            listed = ", ".join(here)
            raise InputError(f'column "{role}" is missing; the table has {listed}')
    return Log(data, roles, invalid, time_zone)


def columns(
    log: Log,
    customers: CustomerSummary,
    contacts: Any,
    economics: Mapping[str, float],
    observation_end: Moment | None,
    threads: int,
) -> tuple[list[_native.Column], float | None, list[str]]:
    """Columns by customer, the margin of the shop where it is known, and what was not computed."""
    for name in economics:
        if name not in (*ECONOMICS, "margin"):
            raise InputError(f"economics: {name!r} is none of {', '.join(ECONOMICS)}")
    if "amount" not in log.roles:
        return [], None, ["no profit, returns and behaviours: they need amounts"]
    ledger = log.ledger(contacts, economics, observation_end, threads)
    model = BehaviourModel.fit(
        ledger,
        false_discovery_rate=economics.get("false_discovery_rate", 0.1),
        materiality=economics.get("materiality", 0.0),
        threads=threads,
    )
    labels = model.classify(ledger, threads=threads)._core
    found = _money(ledger, log.roles, contacts is not None)
    named = {column.name: column for column in labels.labels()}
    for habit, short in HABITS.items():
        scores = {column.name: column for column in labels.scores(habit) or []}
        if scores:
            found.append(named[habit])
            found += [scores[name].renamed(f"{short}_{name}") for name in _SCORES]
    found.append(named["primary"])
    ids = customers._core.customer("customer")
    if ids is not None:
        found = _native.align(ledger._core.ids("customer"), ids, found)
    notes = [
        f"no {habit}: {statement}"
        for habit, statement in model.statements.items()
        if habit not in model.distributions
    ]
    if not ledger._core.has_profit:
        notes.append("no profit: it needs the column cost, or a margin below 1")
    margin = ledger.portfolio["margin"] if ledger._core.has_profit else None
    return found, margin, notes


def _money(ledger: Ledger, roles: Mapping[str, str], has_contacts: bool) -> list[_native.Column]:
    """The columns of the ledger that say something."""
    asked = {
        "categories": "category" in roles,
        "profit": ledger._core.has_profit,
        "discount": "discount" in roles,
        "returned_amount": "returned_amount" in roles,
        "return_loss": "returned_amount" in roles,
        "service_cost": has_contacts,
    }
    named = {column.name: column for column in ledger._core.columns()}
    return [named[name] for name, known in asked.items() if known]
