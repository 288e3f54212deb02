"""From a raw file of a shop to a typed table whose columns are understood."""

from loyalty.reading.located import located, taking_tables
from loyalty.reading.named import LineColumns
from loyalty.reading.orders import read_orders
from loyalty.reading.sql import read_sql
from loyalty.reading.table import OrderTable
from loyalty.reading.understood import Understood

__all__ = [
    "LineColumns",
    "OrderTable",
    "Understood",
    "located",
    "read_orders",
    "read_sql",
    "taking_tables",
]
