"""Which column is what: one table of names for files, frames and the command line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from loyalty.errors import InputError

__all__ = ["CONTACTS", "NEEDED", "ROLES", "Choice", "Names", "choose", "folded"]


@dataclass(frozen=True, slots=True)
class Names:
    """What columns of a role are called, folded as by :func:`folded`.

    A column with a sure name is taken before one with a possible name, and that before one with a
    name that only a last resort is taken by.
    """

    sure: str
    possible: str = ""
    last: str = ""

    def rank(self, name: str) -> int | None:
        """0 for a sure name, 1 for a possible one, 2 for a last resort, None for any other."""
        for rank, names in enumerate((self.sure, self.possible, self.last)):
            if name in names.split():
                return rank
        return None


#: English and German names, and those of well-known public files and shop systems. A role with no
#: names is taken only where it is named.
ROLES: Mapping[str, Names] = {
    "customer": Names(
        "customer customerid customerno customernr customernumber customerkey customeruniqueid "
        "cust custid custno client clientid clientno user userid buyer buyerid member memberid "
        "householdid householdkey shopperid accountid customercode kundencode kunde kundenid kundeid kundennr kundennummer kdnr debitor "
        "debitorennummer debitorennr kaeufer kaeuferid besteller cliente clienteid idcliente",
        "customername customeremail email emailaddress billingemail kundenname kundenemail "
        "emailadresse mail billtoname customeruser",
        "id",
    ),
    "time": Names(
        "orderdate ordertime orderdatetime orderedat createdat datecreated created invoicedate "
        "purchasedate purchasetimestamp orderpurchasetimestamp transactiondate transactiontime "
        "transdate trandate saledate salesdate placedat bestelldatum bestellzeit bestellzeitpunkt "
        "bestelltam bestellungsdatum auftragsdatum rechnungsdatum kaufdatum verkaufsdatum belegdatum "
        "datapedido datadopedido datacompra datavenda dateofpurchase dateofsale purchasedat "
        "txndate orderplaced",
        "time timestamp datetime date day eventtime datum zeit zeitpunkt zeitstempel fecha paidat",
    ),
    "amount": Names(
        "amount total revenue sales spend paid dollars orderamount ordertotal totalamount "
        "totalprice totalsales salesamount monetaryvalue lineamount linetotal grandtotal "
        "transamount tranamount transactionamount amountpaid amounttotal invoiceamount turnover "
        "paymentvalue paymentamount purchaseamount salesvalue ordervalue totalsale totalspent "
        "finalprice lineprice betrag gesamtbetrag rechnungsbetrag zeilenbetrag positionsbetrag summe "
        "gesamtsumme gesamtpreis umsatz bestellwert valortotal valorpago",
        "value wert warenwert subtotal netsales nettobetrag bruttobetrag importe valor montant",
    ),
    "price": Names(
        "unitprice priceeach priceperunit priceperitem itemprice lineitemprice sellingprice "
        "einzelpreis stueckpreis artikelpreis precounitario",
        "price preis preco precio prix",
    ),
    "quantity": Names(
        "quantity qty quantityordered qtyordered orderquantity orderqty orderedquantity units "
        "unitssold pieces menge anzahl stueck stueckzahl bestellmenge itemquantity "
        "lineitemquantity quantidade cantidad quantite",
    ),
    "order": Names(
        "order orderid orderno ordernumber ordernr invoice invoiceid invoiceno invoicenumber "
        "bestellnummer bestellid bestellnr auftragsnummer auftragsnr auftragsid rechnungsnummer "
        "rechnungsnr belegnummer bonnummer basketid receiptid receiptno incrementid",
        "transactionid transid bestellung auftrag rechnung beleg basket",
    ),
    "line": Names(""),
    "product": Names(
        "product productid productcode productno productnumber productsku sku stockcode article "
        "articleid articleno articlenumber item itemid itemcode itemno itemnumber asin ean trackid "
        "lineitemsku artikel artikelid artikelnr artikelnummer produkt produktid produktnummer",
        "productname itemname articlename lineitemname artikelname artikelbezeichnung produktname "
        "description bezeichnung",
        "stock",
    ),
    "category": Names(
        "category productcategory productcategoryname productline productgroup categoryname "
        "kategorie produktkategorie warengruppe produktgruppe",
    ),
    "size": Names(
        "size productsize articlesize itemsize clothingsize shoesize groesse artikelgroesse "
        "produktgroesse konfektionsgroesse kleidergroesse schuhgroesse konfgroesse",
        "sizecode sizename variantsize groessencode",
    ),
    "brand": Names(
        "brand brandname brandid productbrand articlebrand itembrand marke markenname markenid "
        "produktmarke artikelmarke",
        "brandcode label manufacturer manufacturername hersteller herstellername",
    ),
    "list_amount": Names("listamount listenbetrag"),
    "discount": Names("discount rabatt", "discountamount rabattbetrag nachlass"),
    "maker_discount": Names("makerdiscount"),
    "coupon": Names(
        "coupon coupons couponcode couponcodes vouchercode gutschein gutscheincode discountcode "
        "promocode",
    ),
    "coupon_used": Names("couponused usedcoupon hascoupon gutscheingenutzt gutscheineingeloest"),
    "offered_depth": Names("offereddepth"),
    "cost": Names("cost cogs costofgoods kosten wareneinsatz"),
    "returned": Names("returned isreturned retourniert"),
    "returned_amount": Names(
        "returnedamount refundedamount amountrefunded totalrefunded refundamount "
        "erstattungsbetrag retourenbetrag",
    ),
    "return_time": Names("returntime returndate returnedat refundedat retourendatum"),
    "status": Names(
        "orderstatus status bestellstatus auftragsstatus financialstatus",
        "paymentstatus zahlungsstatus orderstate",
    ),
    "currency": Names(
        "currency currencycode ordercurrency ordercurrencycode waehrung waehrungscode",
    ),
    "opted_out": Names("optedout optout isoptedout hasoptedout"),
}

#: Columns of service contacts.
CONTACTS: Mapping[str, Names] = {
    "customer": ROLES["customer"],
    "time": ROLES["time"],
    "cost": Names("cost contactcost kosten"),
    "firm_caused": Names("firmcaused"),
    "opted_out": ROLES["opted_out"],
}
#: Without these there is no order log.
NEEDED = ("customer", "time")
#: Of these a wrong guess changes every score: several candidates are asked for.
_ASKED = ("customer", "time", "amount", "price", "quantity")


_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def folded(name: str) -> str:
    """A name by its letters and digits alone, in lower case, umlauts and accents written out.

    Examples
    --------
    >>> folded("Customer ID"), folded("Stückpreis (€)"), folded("order_purchase_timestamp")
    ('customerid', 'stueckpreis', 'orderpurchasetimestamp')
    """
    # A currency, or the sign of a plural, in brackets is no part of the name.
    bare = re.sub(r"[(\[](?:[^A-Za-z)\]]*|[A-Z]{3}|s)[)\]]\s*$", "", name) or name
    lower = unicodedata.normalize("NFC", bare).lower().translate(_GERMAN)
    plain = unicodedata.normalize("NFKD", lower)
    return re.sub(r"[\W_]", "", "".join(c for c in plain if not unicodedata.combining(c)))


@dataclass(frozen=True, slots=True)
class Choice:
    """Which column has which role, and how that was decided.

    Attributes
    ----------
    columns : dict
        Role to column, in the order of :data:`ROLES`.
    how : dict
        Role to ``named``, ``name`` (by the table of names) or the name of a preset.
    notes : tuple of str
        What was not taken, and why.
    """

    columns: dict[str, str]
    how: dict[str, str]
    notes: tuple[str, ...] = field(default=())

    def of_role(self, role: str, other: str) -> Choice:
        """The same choice with a column in another role than its name says."""

        def moved(table: dict[str, str]) -> dict[str, str]:
            return {other if key == role else key: value for key, value in table.items()}

        return Choice(moved(self.columns), moved(self.how), self.notes)


def choose(
    names: Sequence[str],
    named: Mapping[str, str | None] | None = None,
    without: Collection[str] = (),
    *,
    preset: Mapping[str, str] | None = None,
    preset_name: str = "",
    roles: Mapping[str, Names] = ROLES,
    needed: Collection[str] = NEEDED,
    option: Callable[[str], str] | None = None,
) -> Choice:
    """The column of each role: the one named, the one of the preset, or the one with a known name.

    A column has one role unless it is named for several.

    Parameters
    ----------
    names : sequence of str
        The columns of the table.
    named : mapping, optional
        Role to column; None leaves the role out.
    without : collection of str
        Roles to leave out.
    preset, preset_name
        Role to column as a recognised layout has it.
    roles : mapping
        The roles looked for, with the names of their columns.
    needed : collection of str
        Those that must be found.
    option : callable, optional
        How the caller names a role, for messages: role to text.

    Raises
    ------
    InputError
        For an unknown role, a column that is not there or stands there twice, several candidates for
        a role that decides, or none for one that is needed.

    Examples
    --------
    >>> choose(["Customer ID", "InvoiceDate", "Price"]).columns
    {'customer': 'Customer ID', 'time': 'InvoiceDate', 'amount': 'Price'}
    >>> choose(["Customer ID", "InvoiceDate", "Price", "Quantity"]).columns
    {'customer': 'Customer ID', 'time': 'InvoiceDate', 'price': 'Price', 'quantity': 'Quantity'}
    """
    chooser = _Chooser(list(names), roles, option or (lambda role: f'columns={{"{role}": ...}}'))
    given = {**dict.fromkeys(without), **(named or {})}
    for role in given:
        if role not in roles:
            raise InputError(f"{role!r} is no role of a column; the roles are {', '.join(roles)}")
    given.update({role: None for role in without})
    for role, name in given.items():
        if name is not None:
            chooser.take(role, name, "named")
    left = [role for role in roles if role not in given]
    for role, name in (preset or {}).items():
        if role in left and name in chooser.names:
            chooser.take(role, name, preset_name)
    chooser.guess([role for role in left if role not in chooser.columns], set(given))
    for role in needed:
        if role not in chooser.columns:
            raise InputError(chooser.question(role, []))
    ordered = {role: chooser.columns[role] for role in roles if role in chooser.columns}
    return Choice(ordered, chooser.how, tuple(chooser.notes))


class _Chooser:
    def __init__(
        self, names: list[str], roles: Mapping[str, Names], option: Callable[[str], str]
    ) -> None:
        self.names = names
        self.roles = roles
        self.option = option
        self.columns: dict[str, str] = {}
        self.how: dict[str, str] = {}
        self.notes: list[str] = []
        self._folded = [(name, folded(name)) for name in names]

    def take(self, role: str, name: str, how: str) -> None:
        if name not in self.names:
            listed = ", ".join(self.names)
            raise InputError(f'column "{name}" is missing; the table has {listed}')
        if self.names.count(name) > 1:
            raise InputError(
                f'column "{name}" stands in the table {self.names.count(name)} times: rename one in '
                "the file, so that it is clear which is meant"
            )
        self.columns[role] = name
        self.how[role] = how

    def guess(self, roles: list[str], decided: set[str]) -> None:
        """Columns by their names, the quantity first: it tells a price from an amount."""
        first = [role for role in ("quantity", "customer", "time") if role in roles]
        for role in [*first, *(role for role in roles if role not in first)]:
            best = self._candidates(role, "quantity" in self.columns, decided)
            if len(set(best)) == 1:
                self.take(role, best[0], "name")
            elif best and role in _ASKED:
                raise InputError(self.question(role, best))
            elif best:
                listed = ", ".join(dict.fromkeys(best))
                self.notes.append(
                    f"no {role}: several columns may be it ({listed}); {self.option(role)} names one"
                )

    def _candidates(self, role: str, has_quantity: bool, decided: set[str]) -> list[str]:
        """The columns of the best rank that there is for a role."""
        ranked: dict[int, list[str]] = {}
        # A column that is named for another role as well may still be the amount.
        first = {"customer", "time", "amount", "price"}
        taken = {
            name
            for other, name in self.columns.items()
            if role not in first or other in first or self.how[other] != "named"
        }
        for name, plain in self._folded:
            rank = self.roles[role].rank(plain)
            price = ROLES["price"].rank(plain)
            if role == "amount" and price == 1 and not has_quantity and "price" not in decided:
                # "Price" with no quantity beside it is what was paid.
                rank = 0
            elif role == "price" and rank == 1 and not has_quantity:
                rank = None
            if rank is not None and name not in taken:
                ranked.setdefault(rank, []).append(name)
        if not ranked:
            return []
        best = ranked[min(ranked)]
        return self._closest(role, best)

    def _closest(self, role: str, best: list[str]) -> list[str]:
        """Of several columns the one called exactly like the role, where a wrong guess is no harm;
        an id before the bare word beside it."""
        exact = [name for name in best if folded(name) == role.replace("_", "")]
        if len(best) > 1 and len(exact) == 1 and role not in _ASKED:
            return exact
        if role in ("customer", "order", "product") and len(exact) == 1:
            rest = [name for name in best if name not in exact]
            if rest and all(folded(name).startswith(role) for name in rest):
                return rest
        return best

    def question(self, role: str, found: list[str]) -> str:
        what = f"several columns may be: {', '.join(found)}" if found else "no column looks so"
        listed = ", ".join(self.names)
        return (
            f"which column is the {role}? {what}; name it with {self.option(role)} "
            f"(the table has {listed})"
        )
