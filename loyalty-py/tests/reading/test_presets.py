"""Layouts of shop systems: recognised by their columns, and what they imply."""

from __future__ import annotations

from pathlib import Path

import pytest

import loyalty
from loyalty.cli import main

SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,"
    "Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,"
    "Billing Name,Refunded Amount,Vendor,Id\n"
    "#1004,cy@example.com,paid,2024-03-02 09:59:00 +0100,,,no,EUR,20.00,5.00,0.00,25.00,SPRING,2.00,Post,2024-03-02 09:58:00 +0100,1,Mug,20.00,,M1,Cy,0.00,V,9004\n"
    "#1003,ann@example.com,paid,2024-02-02 09:59:00 +0100,,,no,EUR,60.00,5.00,0.00,65.00,,0.00,Post,2024-02-02 09:58:00 +0100,2,Shirt,25.00,,S1,Ann,10.00,V,9003\n"
    "#1003,ann@example.com,,,,,,,,,,,,,,2024-02-02 09:58:00 +0100,1,Mug,10.00,,M1,,,V,\n"
    "#1002,,paid,2024-01-09 09:59:00 +0100,,,no,EUR,20.00,0.00,0.00,20.00,,0.00,,2024-01-09 09:58:00 +0100,1,Mug,20.00,,M1,,0.00,V,9002\n"
    "#1001,ann@example.com,refunded,2024-01-02 09:59:00 +0100,,,no,EUR,20.00,5.00,0.00,25.00,,0.00,Post,2024-01-02 09:58:00 +0100,1,Mug,20.00,,M1,Ann,25.00,V,9001\n"
)


def facts(table: loyalty.OrderTable) -> dict[str, str]:
    return dict(table.understood.facts)


def test_a_shopify_order_counts_once_with_what_was_paid(tmp_path: Path) -> None:
    table = loyalty.read_orders(SHOPIFY.encode())
    assert facts(table)["layout"] == "Shopify"
    assert facts(table)["amounts"] == "135.00 in all"
    assert facts(table)["currency"] == "EUR"
    roles = {"customer": "Email", "time": "Created at", "amount": "Total", "order": "Name"}
    assert table.columns.items() >= roles.items()
    assert not table.columns.keys() & {"price", "quantity", "product"}
    assert table.frame["Email"].to_list() == [
        "cy@example.com",
        "ann@example.com",
        None,
        "ann@example.com",
    ]
    assert [table.place(row) for row in range(4)] == ["line 2", "line 3", "line 5", "line 6"]
    assert any("1 further rows of orders" in sentence for sentence in table.understood.left_out)
    assert table.frame[table.columns["coupon_used"]].to_list() == [True, False, False, False]
    path = tmp_path / "orders_export.csv"
    path.write_text(SHOPIFY)
    assert main(["check", str(path)]) == 0
    plain = loyalty.read_orders(
        SHOPIFY.encode(), preset="none", columns={"customer": "Email", "time": "Created at"}
    )
    assert "layout" not in facts(plain)
    assert len(plain) == 5


WOO = (
    "order_id,order_number,order_date,status,order_total,order_currency,customer_id,billing_email,line_items\n"
    "1,1,2024-01-02 10:00:00,completed,59.00,EUR,0,a@example.com,x\n"
    "2,2,2024-01-03 10:00:00,completed,50.00,EUR,0,b@example.com,x\n"
    "3,3,2024-01-04 10:00:00,cancelled,50.00,EUR,0,c@example.com,x\n"
    "4,4,2024-01-05 10:00:00,processing,20.00,EUR,17,d@example.com,x\n"
    "5,5,2024-02-05 10:00:00,completed,30.00,EUR,17,d@example.com,x\n"
)


def test_the_guests_of_woocommerce_are_nobody() -> None:
    table = loyalty.read_orders(WOO.encode())
    assert facts(table)["layout"] == "WooCommerce"
    assert table.frame["customer_id"].to_list() == [None, None, None, 17, 17]
    assert (
        'cells of column "customer_id" that stand for no customer: "0" 3'
        in table.understood.left_out
    )
    statuses = [finding for finding in loyalty.check(table).findings if finding.kind == "statuses"]
    if statuses:
        assert '"cancelled" 1' in statuses[0].what


@pytest.mark.parametrize(
    ("layout", "header", "row", "columns"),
    [
        ("Magento (Adobe Commerce)", "ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),Grand Total (Purchased),Status,Customer Email,Subtotal,Total Refunded", '000000001,Main,"Jan 2, 2024, 10:00:00 AM",Ann,Ann,$50.00,$50.00,complete,a@example.com,$45.00,$0.00', {"customer": "Customer Email", "time": "Purchase Date", "amount": "Grand Total (Base)", "order": "ID", "status": "Status", "returned_amount": "Total Refunded"}),
        ("Magento (sales_order)", "entity_id,state,status,store_id,customer_id,base_grand_total,grand_total,increment_id,created_at,order_currency_code,customer_email", "1,complete,complete,1,7,50.0000,50.0000,000000001,2024-01-02 10:00:00,EUR,a@example.com", {"customer": "customer_id", "time": "created_at", "amount": "base_grand_total", "order": "increment_id", "status": "status", "currency": "order_currency_code"}),
        ("Shopware 6", "id;order_number;sales_channel_id;customer_firstname;customer_lastname;customer_email;amount_total;order_state_id;line_items;order_date_time", "a1;10001;c;Ann;A;a@example.com;50.5;s;x;2024-01-02 10:00:00.000", {"customer": "customer_email", "time": "order_date_time", "amount": "amount_total", "order": "order_number"}),
        ("Shopware 5", "orderId;orderDetailId;articleId;number;customerId;status;cleared;orderTime;invoiceAmount;invoiceAmountNet;currency;quantity;price", "1;1;5;20001;7;0;17;2024-01-02 10:00:00;50.5;40.5;EUR;2;20.25", {"customer": "customerId", "time": "orderTime", "amount": "invoiceAmount", "order": "number", "status": "status", "currency": "currency"}),
        ("Online Retail", "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country", "536365,85123A,X,6,12/13/2010 8:26,2.55,17850.0,UK", {"customer": "CustomerID", "time": "InvoiceDate", "price": "UnitPrice", "quantity": "Quantity", "order": "InvoiceNo", "product": "StockCode"}),
        ("Online Retail", "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country", "536365,85123A,X,6,2010-12-01 08:26:00,2.55,17850,UK", {"customer": "Customer ID", "time": "InvoiceDate", "price": "Price", "quantity": "Quantity", "order": "Invoice", "product": "StockCode"}),
        ("Olist", "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,payment_value,customer_unique_id", "o1,c1,delivered,2017-10-02 10:56:33,2017-10-02 11:07:15,18.12,u1", {"customer": "customer_unique_id", "time": "order_purchase_timestamp", "amount": "payment_value", "order": "order_id", "status": "order_status"}),
        ("WooCommerce (analytics)", 'Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold,Coupon(s),Net Sales,Attribution', '2024-01-02 10:00:00,17,€50.00,completed,Ann A,new,"1× Mug",1,,45.5,Direct', {"customer": "Customer", "time": "Date", "amount": "Net Sales", "order": "Order #", "status": "Status", "coupon": "Coupon(s)"}),
    ],
)  # fmt: skip
def test_layouts_are_recognised_and_told(
    layout: str,
    header: str,
    row: str,
    columns: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = loyalty.read_orders(f"{header}\n{row}\n".encode())
    assert facts(table)["layout"] == layout
    assert table.columns == columns
    assert str(table.understood).count(layout)
    path = tmp_path / "export.csv"
    path.write_text(f"{header}\n{row}\n")
    assert main(["check", str(path)]) == 0
    assert "layout" in capsys.readouterr().out


def test_a_layout_can_be_named_and_is_then_required() -> None:
    assert facts(loyalty.read_orders(WOO.encode(), preset="woocommerce"))["layout"] == "WooCommerce"
    with pytest.raises(
        loyalty.InputError, match="the table is no export of Shopify, which has name, email"
    ):
        loyalty.read_orders(WOO.encode(), preset="shopify")
    with pytest.raises(
        loyalty.InputError, match="the preset 'etsy' is not known; there are Shopify"
    ):
        loyalty.read_orders(WOO.encode(), preset="etsy")


def test_what_is_named_goes_before_the_layout() -> None:
    table = loyalty.read_orders(
        WOO.encode(), columns={"customer": "billing_email"}, without=["status"]
    )
    assert table.columns["customer"] == "billing_email"
    assert "status" not in table.columns
    assert table.frame["billing_email"].n_unique() == 4
