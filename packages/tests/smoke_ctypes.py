"""The C library from Python by ctypes alone: that it can be called without any of the packages.

cd golden && python3 smoke_ctypes.py OUT
"""

from __future__ import annotations

import csv
import sys
from ctypes import CDLL, POINTER, byref, c_char, c_char_p, c_double, c_size_t, c_uint32, c_void_p
from pathlib import Path

library = CDLL("libloyalty.so.0")


class Refusal(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")


def call(name: str, *arguments: object) -> None:
    """Calls a function whose last parameter takes the error."""
    error = c_void_p()
    status = getattr(library, name)(*arguments, byref(error))
    if status:
        message = (c_char * 1024)()
        library.loyalty_error_message.argtypes = [c_void_p, POINTER(c_char), c_size_t]
        library.loyalty_error_message(error, message, len(message))
        library.loyalty_error_free(error)
        raise Refusal(status, message.value.decode())


def opened(family: str, path: str) -> c_void_p:
    handle = c_void_p()
    call(f"loyalty_{family}_open", c_char_p(path.encode()), byref(handle))
    return handle


def number(name: str, *arguments: object) -> float:
    out = c_double()
    call(name, *arguments, byref(out))
    return out.value


def main() -> None:
    out = Path(sys.argv[1])
    purchases = opened("purchase_model", "bg_nbd.json")
    spend = opened("spend_model", "gamma_gamma.json")
    lines = ["p_alive,expected_purchases_39,expected_spend"]
    for row in csv.DictReader(Path("scores.csv").read_text().splitlines()):
        x = c_uint32(int(row["frequency"]))
        history = (purchases, x, c_double(float(row["recency"])), c_double(float(row["T"])))
        scores = (
            number("loyalty_purchase_model_p_alive", *history),
            number("loyalty_purchase_model_expected_purchases", *history, c_double(39)),
            number(
                "loyalty_spend_model_expected_spend",
                spend,
                x,
                c_double(float(row["monetary_value"])),
            ),
        )
        lines.append(",".join(map(repr, scores)))
    (out / "scores.csv").write_text("\n".join(lines) + "\n")
    library.loyalty_purchase_model_free(purchases)
    library.loyalty_spend_model_free(spend)

    refusals = []
    for family, path in (("purchase_model", "absent.json"), ("purchase_model", "gamma_gamma.json")):
        try:
            opened(family, path)
        except Refusal as refusal:
            refusals.append(f"{refusal}\n")
    (out / "refusals.txt").write_text("".join(refusals))


if __name__ == "__main__":
    main()
