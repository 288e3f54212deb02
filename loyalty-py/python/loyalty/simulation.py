"""Shops with known truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict, Unpack

import narwhals as nw
import numpy as np

from loyalty import _check, _columns, _display, _frames, _native
from loyalty._frozen import Frozen
from loyalty.errors import InputError
from loyalty.orders import Orders

__all__ = ["ShopOptions", "SimulatedShop", "simulate"]

#: What the contacts of a customer grow with.
ContactExposure = Literal["orders", "revenue", "months"]


class ShopOptions(TypedDict, total=False):
    """What a simulated shop is like; docs/simulation.md has the meaning, domain and default of each.

    Examples
    --------
    >>> import loyalty
    >>> few_returns: loyalty.ShopOptions = {"return_rate": 0.01, "reverser_share": 0.0}
    >>> loyalty.simulate(100, **few_returns).options["return_rate"]
    0.01
    """

    start: float
    days: float
    acquisition_days: float
    r: float
    alpha: float
    a: float
    b: float
    regularity: float
    categories: float
    products: float
    breadth: float
    lines_per_order: float
    mean_price: float
    price_spread: float
    extra_quantity: float
    margin: float
    handling: float
    markdown: float
    demander_share: float
    demander_effect: float
    contact_rate: float
    contact_spread: float
    firm_caused_rate: float
    contact_cost: float
    contact_cost_spread: float
    reverser_share: float
    reverser_effect: float
    return_rate: float
    return_spread: float
    product_return_spread: float
    order_return_spread: float
    return_lag: float
    return_lag_spread: float
    maximizer_share: float
    maximizer_effect: float
    seeking: float
    compared: float
    offered_share: float
    shallowest_offer: float
    deepest_offer: float
    maker_share: float
    coupon_rate: float
    coupon_concentration: float
    coupon_depth: float
    budget_share: float
    budget_amount: float
    budget_spread: float
    budget_noise: float
    budget_period: float
    category_cost: float


class SimulatedShop(Frozen):
    """A shop of which everything is known. Made by :func:`simulate`.

    Examples
    --------
    >>> import loyalty
    >>> shop = loyalty.simulate(100, seed=1, backend="polars")
    >>> len(shop.truth), shop.lines.columns[:3]
    (100, ['order', 'customer', 'product'])
    """

    __slots__ = ("_arguments", "_contacts", "_frame", "_line_truth", "_lines", "_truth")

    _arguments: tuple[dict[str, float], str, int, bool, str | None]
    _contacts: tuple[_native.Column, ...]
    _frame: nw.Implementation | None
    _line_truth: tuple[_native.Column, ...]
    _lines: tuple[_native.Column, ...]
    _truth: tuple[_native.Column, ...]

    @property
    def lines(self) -> Any:
        """One row per order line, in order of time.

        ``order``, ``customer``, ``product``, ``category``, ``time``, ``quantity``, ``list_amount``,
        ``discount`` (paid by the firm), ``maker_discount``, ``coupon``, ``offered_depth`` (of the
        category on that day), ``amount`` (paid: the list amount less the three), ``cost``,
        ``returned_amount``, ``return_time`` (missing where nothing came back).
        """
        return _frames.table(self._lines, self._frame)

    @property
    def line_truth(self) -> Any:
        """Row by row beside ``lines``: ``return_probability``, given customer, product and order."""
        return _frames.table(self._line_truth, self._frame)

    @property
    def contacts(self) -> Any:
        """One row per service contact: ``customer``, ``time``, ``cost``, ``firm_caused``."""
        return _frames.table(self._contacts, self._frame)

    @property
    def truth(self) -> Any:
        """One row per customer: what they are like, the labels of the four behaviours, and the money a
        year that each behaviour costs against a customer without it."""
        return _frames.table(self._truth, self._frame)

    @property
    def options(self) -> dict[str, float]:
        """Every numeric option, defaults included."""
        given, kind, _, null, _ = self._arguments
        if kind in _native.scenarios():
            return dict(given)
        every = _native.shop_options()
        return {name: given.get(name, nulls if null else usual) for name, usual, nulls in every}

    def orders(self) -> Orders:
        """The lines as checked :class:`Orders`.

        Returns
        -------
        Orders

        Examples
        --------
        >>> import loyalty
        >>> len(loyalty.simulate(100, seed=1).orders().summarize(unit="week"))
        100
        """
        return Orders(self.lines, customer="customer", time="time", amount="amount")

    def __len__(self) -> int:
        return len(self._lines[0])

    def __repr__(self) -> str:
        customers, contacts = len(self._truth[0]), len(self._contacts[0])
        return (
            f"<SimulatedShop: {len(self)} order lines, {contacts} contacts, {customers} customers>"
        )

    def _shown(self) -> _display.Parts:
        options = {
            name: np.datetime64(int(x), "D") if name == "start" else x
            for name, x in self.options.items()
        }
        rows = [(name, x) for name, x in options.items()]
        return [_display.facts(f"Simulated shop of {len(self):,} order lines", rows)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SimulatedShop) and self._arguments == other._arguments

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return _simulate, self._arguments


def simulate(
    customers: int = 10_000,
    *,
    seed: int = 0,
    null: bool = False,
    contact_exposure: ContactExposure = "orders",
    scenario: str | None = None,
    backend: str | None = None,
    threads: int = 0,
    **options: Unpack[ShopOptions],
) -> SimulatedShop:
    """A shop with known truth: order lines, returns, promotions, service contacts, and customers of
    whom everything is known.

    Purchases follow the BG/NBD; products are taken by popularity; lines of one order come back
    together; service demanders, revenue reversers, promotion maximizers and customers with a fixed
    budget are mixed in independently of each other, each with a share, an effect and a noise.

    Parameters
    ----------
    customers : int
        Customers, each with at least one order.
    seed : int
        Where the random numbers start; the same seed gives the same bits, whatever the machine and
        the number of threads.
    null : bool
        Whether everybody is alike, so that whatever is found is noise: no costly behaviour, no
        differences in returns, contacts or taste for offers, and regular trips.
    contact_exposure : {"orders", "revenue", "months"}
        What the contacts of a customer grow with.
    scenario : str, optional
        A shop of the second family instead, which breaks what the library assumes: ``bursts``,
        ``outages``, ``wholesale``, ``sale_waves``, … docs/simulation.md lists them. Of the options only
        ``days`` goes with it.
    backend : {"pandas", "polars", "pyarrow"}, optional
        The kind of frame; by default the first of these that is installed, and dicts of arrays where
        none is.
    threads : int
        Threads to use, 0 for all.
    **options : float
        Further options, see :class:`ShopOptions` and docs/simulation.md.

    Returns
    -------
    SimulatedShop

    Raises
    ------
    InputError
        For an option that does not exist or lies outside its domain.

    Examples
    --------
    >>> import loyalty
    >>> shop = loyalty.simulate(500, seed=7, reverser_share=0.1, backend="polars")
    >>> shop.lines.columns[:5]
    ['order', 'customer', 'product', 'category', 'time']
    >>> shop.truth["revenue_reverser"].mean()
    0.076
    >>> shop.orders().summarize(unit="week")
    <CustomerSummary: 500 rows, 488 with repeat purchases, unit week>
    """
    if not isinstance(seed, int) or not 0 <= seed < 2**64:
        raise InputError(f"seed must be a whole number from 0 to 2^64 - 1, got {seed!r}")
    if scenario is not None:
        return _of_scenario(
            scenario,
            _check.whole("customers", customers),
            seed,
            bool(null),
            options,
            backend,
            threads,
        )
    numbers = {"customers": float(_check.whole("customers", customers))}
    for name, value in options.items():
        if not isinstance(value, int | float):
            raise TypeError(f"{name} must be a number, got {value!r}")
        numbers[name] = float(value)
    return _simulate(numbers, contact_exposure, seed, bool(null), backend, threads)


def _of_scenario(
    scenario: str,
    customers: int,
    seed: int,
    null: bool,
    options: Mapping[str, Any],
    backend: str | None,
    threads: int,
) -> SimulatedShop:
    others = [name for name in options if name != "days"]
    if others:
        raise InputError(f"{others[0]} is no option of a scenario; days is")
    days = _check.whole("days", options.get("days", 730))
    threads = _check.whole("threads", threads)
    tables = _native.simulate_scenario(scenario, customers, days, seed, null, threads)
    numbers = {"customers": float(customers), "days": float(days)}
    return _shop(tables, (numbers, scenario, seed, null, backend), backend)


def _simulate(
    options: dict[str, float],
    contact_exposure: str,
    seed: int,
    null: bool,
    backend: str | None,
    threads: int = 0,
) -> SimulatedShop:
    threads = _check.whole("threads", threads)
    if contact_exposure in _native.scenarios():
        # A pickle of a shop of the second family has the scenario there.
        count, days = int(options["customers"]), {"days": int(options["days"])}
        return _of_scenario(contact_exposure, count, seed, null, days, backend, threads)
    tables = _native.simulate(options, contact_exposure, seed, null, threads)
    return _shop(tables, (options, contact_exposure, seed, null, backend), backend)


def _shop(tables: Any, arguments: Any, backend: str | None) -> SimulatedShop:
    frame = _columns.installed_frame() if backend is None else nw.Implementation(backend)
    lines, line_truth, contacts, truth = map(tuple, tables)
    shop = SimulatedShop.__new__(SimulatedShop)
    shop._set(
        _arguments=arguments,
        _contacts=contacts,
        _frame=frame,
        _line_truth=line_truth,
        _lines=lines,
        _truth=truth,
    )
    return shop
