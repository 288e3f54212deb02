"""Memory that runs out is an exception, and the process goes on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

resource = pytest.importorskip("resource")

PROGRAM = """
import resource
import numpy as np
import loyalty

rows = 1_000_000
x, zeros, age = np.zeros(rows), np.zeros(rows), np.linspace(10, 99, rows)
model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
few = loyalty.CustomerSummary(frequency=[0], recency=[0], T=[39])

unlimited = resource.getrlimit(resource.RLIMIT_AS)
for left in range(4 << 20, 64 << 20, 4 << 20):
    in_use = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (in_use + left, unlimited[1]))
    try:
        loyalty.CustomerSummary(frequency=x, recency=zeros, T=age)
    except MemoryError as error:
        print(error)
print(len(model.p_alive(few)))

resource.setrlimit(resource.RLIMIT_AS, unlimited)
print(len(model.p_alive(loyalty.CustomerSummary(frequency=x, recency=zeros, T=age))))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads how much is in use from /proc")
def test_what_does_not_fit_is_a_memory_error_and_what_fits_later_is_done() -> None:
    # Else a thread of numpy's that first allocates while memory is short reserves 64 MiB of the address space.
    env = {**os.environ, "MALLOC_ARENA_MAX": "1"}
    run = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(run, env=env, capture_output=True, text=True, check=True)
    *refusals, one, all_of_them = done.stdout.splitlines()
    # Columns of 8 MB are copied, and then there is a summary of them.
    assert refusals[0].startswith("not enough memory: a copy of a column may take ")
    assert refusals[-1].startswith("not enough memory: a summary of customers may take ")
    assert (one, all_of_them) == ("1", "1000000")
