"""Layouts of shop systems and public data sets, recognised by the columns that only they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loyalty.errors import InputError
from loyalty.reading.roles import folded

__all__ = ["PRESETS", "Preset", "find"]


@dataclass(frozen=True, slots=True)
class Preset:
    """What an export of a known system looks like, and what that implies.

    Attributes
    ----------
    name : str
        As people call it.
    marks : tuple of str
        Folded names that a table must have, all of them, to be one of these.
    columns : mapping
        Role to the folded names of its column, the best first.
    implies : tuple of str
        What is taken to be so, in sentences.
    once : bool
        Whether what was paid belongs to the order and so counts once, however many rows the order has.
    guests : tuple of str
        Ids of customers that stand for nobody.
    not_roles : tuple of str
        Roles that no column of this layout has, whatever it is called.
    """

    name: str
    marks: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    implies: tuple[str, ...] = ()
    once: bool = False
    guests: tuple[str, ...] = ()
    not_roles: tuple[str, ...] = ()


def _roles(**columns: str) -> dict[str, tuple[str, ...]]:
    return {role: tuple(names.split()) for role, names in columns.items()}


#: In the order in which they are tried: the narrower before the wider.
PRESETS: tuple[Preset, ...] = (
    # https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders: a row per line, the
    # order's own cells on its first row only.
    Preset(
        "Shopify",
        ("name", "email", "financialstatus", "lineitemquantity", "lineitemname"),
        _roles(
            customer="email",
            time="createdat paidat",
            amount="total subtotal",
            order="name",
            status="financialstatus",
            currency="currency",
            coupon="discountcode",
            returned_amount="refundedamount",
        ),
        implies=(
            "a row is a line of an order; what belongs to the order stands on its first row and holds for "
            "all of them",
            "the order's total is what was paid, shipping and taxes included, and counts once",
            "customers are known by their e-mail address",
        ),
        once=True,
        not_roles=("price", "quantity", "discount", "product"),
    ),
    # Column names of the order export and import suites, https://woocommerce.com/document/import-and-export-of-woocommerce-orders/
    Preset(
        "WooCommerce",
        ("orderid", "ordertotal", "status", "billingemail"),
        _roles(
            customer="customerid customeruser billingemail",
            time="orderdate datecreated date",
            amount="ordertotal",
            order="orderid ordernumber",
            status="status",
            currency="ordercurrency currency",
            returned_amount="refundedtotal orderrefundtotal",
        ),
        implies=("the customer id 0 is that of guests, who are nobody in particular",),
        guests=("0",),
        not_roles=("price", "quantity", "discount", "product", "coupon", "cost"),
    ),
    # plugins/woocommerce/src/Admin/API/Reports/Orders/Controller.php, get_export_columns.
    Preset(
        "WooCommerce (analytics)",
        ("date", "order", "nrevenueformatted", "status", "customertype", "itemssold"),
        _roles(
            customer="customer",
            time="date",
            amount="netsales nrevenue nrevenueformatted",
            order="order",
            status="status",
            coupon="coupon",
        ),
        implies=("customers are known by their names only",),
        not_roles=("price", "quantity", "product"),
    ),
    # The grid of orders, https://docs.magento.com/user-guide/sales/orders-workspace.html
    Preset(
        "Magento (Adobe Commerce)",
        ("id", "purchasepoint", "purchasedate", "billtoname"),
        _roles(
            customer="customeremail customername billtoname",
            time="purchasedate",
            amount="grandtotalbase grandtotalpurchased",
            order="id",
            status="status",
            returned_amount="totalrefunded",
        ),
        implies=("a row is an order; what was paid is the grand total in the shop's own currency",),
        not_roles=("price", "quantity", "discount"),
    ),
    # The table sales_order.
    Preset(
        "Magento (sales_order)",
        ("entityid", "incrementid", "basegrandtotal", "createdat"),
        _roles(
            customer="customerid customeremail",
            time="createdat",
            amount="basegrandtotal grandtotal",
            order="incrementid",
            status="status state",
            currency="basecurrencycode ordercurrencycode",
            returned_amount="basetotalrefunded totalrefunded",
        ),
        implies=(
            "orders without a customer id are those of guests",
            "times are on the clock of the database, which is UTC",
        ),
        not_roles=("price", "quantity", "discount", "coupon"),
    ),
    # The profile "Default orders" of Shopware 6, Migration1627983652AddOrderExportProfile.
    Preset(
        "Shopware 6",
        ("ordernumber", "customeremail", "amounttotal", "orderdatetime"),
        _roles(
            customer="customeremail",
            time="orderdatetime",
            amount="amounttotal",
            order="ordernumber",
        ),
        implies=("a row is an order", "customers are known by their e-mail address"),
        not_roles=("status", "product", "quantity", "price"),
    ),
    # https://docs.shopware.com/en/shopware-5-en/import-export/import-export-orders
    Preset(
        "Shopware 5",
        ("orderid", "number", "customerid", "cleared", "ordertime", "invoiceamount"),
        _roles(
            customer="customerid",
            time="ordertime",
            amount="invoiceamount",
            order="number orderid",
            status="status",
            currency="currency",
        ),
        implies=(
            "a row is a line of an order; the amount of the invoice, shipping included, counts once an order",
        ),
        once=True,
        not_roles=("price", "quantity", "discount", "product"),
    ),
    # UCI Machine Learning Repository, data sets 352 and 502.
    Preset(
        "Online Retail",
        ("stockcode", "quantity", "invoicedate", "customerid"),
        _roles(
            customer="customerid",
            time="invoicedate",
            price="unitprice price",
            quantity="quantity",
            order="invoiceno invoice",
            product="stockcode",
        ),
        implies=(
            "the price is that of one piece",
            "an invoice that begins with C is a credit note, with a negative quantity",
        ),
    ),
    # https://www.kaggle.com/datasets/olistbr/brazilian-ecommerce, orders joined with their customers and items
    Preset(
        "Olist",
        ("orderid", "customerid", "orderpurchasetimestamp"),
        _roles(
            customer="customeruniqueid customerid",
            time="orderpurchasetimestamp",
            amount="price paymentvalue",
            order="orderid",
            product="productid",
            category="productcategorynameenglish productcategoryname",
            status="orderstatus",
        ),
        implies=(
            "customer_id is another one for every order; customer_unique_id is the customer's",
        ),
        not_roles=("price",),
    ),
)


def find(names: Sequence[str], wanted: str | None = None) -> tuple[Preset, dict[str, str]] | None:
    """The layout of a table, and its columns by role; None where it is none of those known.

    Parameters
    ----------
    names : sequence of str
        The columns of the table.
    wanted : str, optional
        The layout that the caller names; ``none`` for none.

    Raises
    ------
    InputError
        For a layout that is not known, or that the table does not have.
    """
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(folded(name), name)
    candidates = PRESETS
    if wanted is not None:
        if wanted == "none":
            return None
        candidates = tuple(p for p in PRESETS if folded(p.name).startswith(folded(wanted)))
        if not candidates:
            listed = ", ".join(preset.name for preset in PRESETS)
            raise InputError(f"the preset {wanted!r} is not known; there are {listed}, and none")
    for preset in candidates:
        if all(mark in first for mark in preset.marks):
            columns = {
                role: first[next(name for name in known if name in first)]
                for role, known in preset.columns.items()
                if any(name in first for name in known)
            }
            return preset, columns
    if wanted is not None:
        marks = ", ".join(candidates[0].marks)
        raise InputError(f"the table is no export of {candidates[0].name}, which has {marks}")
    return None
