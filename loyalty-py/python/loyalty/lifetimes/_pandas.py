"""pandas, which lifetimes speaks and the rest of this package does without."""

from __future__ import annotations

try:
    import pandas as pd
except ImportError:
    raise ImportError(
        "loyalty.lifetimes answers in pandas frames, as lifetimes does: pip install pandas"
    ) from None

__all__ = ["pd"]
