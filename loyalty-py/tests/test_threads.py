"""Work beside other work: threads, the interpreter's lock, Ctrl-C, progress, and forked children."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import loyalty

SPEND = loyalty.GammaGamma(p=6.25, q=3.74, v=15.44)


def many(n: int) -> loyalty.CustomerSummary:
    """Customers with histories that are all different."""
    rng = np.random.default_rng(5)
    frequency = rng.geometric(0.4, n) - 1
    age = rng.uniform(10, 100, n)
    recency = np.where(frequency > 0, age * rng.uniform(0.01, 1, n), 0)
    money = np.where(frequency > 0, rng.gamma(3, 10, n), 0)
    return loyalty.CustomerSummary(
        frequency=frequency, recency=recency, T=age, monetary_value=money, unit="day"
    )


@pytest.fixture(scope="module")
def crowd() -> loyalty.CustomerSummary:
    return many(2_000_000)


def scores(customers: loyalty.CustomerSummary, model: loyalty.BgNbd, threads: int) -> list[Any]:
    return [
        model.p_alive(customers, threads=threads),
        model.expected_purchases(customers, 39, threads=threads),
        SPEND.expected_spend(customers, threads=threads),
        loyalty.clv(customers, model, SPEND, horizon=52, discount_rate=0.01, threads=threads),
    ]


def test_the_number_of_threads_changes_no_bit_of_any_score() -> None:
    few = many(20_011)
    model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    first = scores(few, model, 1)
    for threads in (0, 2, 3, 7, 64):
        for ours, expected in zip(scores(few, model, threads), first, strict=True):
            np.testing.assert_array_equal(ours, expected)


@pytest.mark.filterwarnings("ignore:.*not converged:loyalty.LoyaltyWarning")
def test_the_number_of_threads_changes_no_bit_of_a_fit() -> None:
    few = many(20_011)
    for fit in (loyalty.BgNbd.fit, loyalty.GammaGamma.fit):
        first = fit(few, threads=1, max_iterations=5)
        for threads in (0, 2, 5):
            assert fit(few, threads=threads, max_iterations=5) == first


@pytest.mark.filterwarnings("ignore:.*not converged:loyalty.LoyaltyWarning")
def test_scores_from_many_threads_at_once_are_the_same_bits() -> None:
    few = many(5_003)
    model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    expected = scores(few, model, 1)
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(scores, few, model, threads) for threads in [0, 1, 2, 5] * 6]
        fits = [pool.submit(loyalty.BgNbd.fit, few, max_iterations=4) for _ in range(4)]
    for job in jobs:
        for ours, first in zip(job.result(), expected, strict=True):
            np.testing.assert_array_equal(ours, first)
    assert all(fit.result() == fits[0].result() for fit in fits)


def turns_of_another_thread(work: Any) -> int:
    """How often another thread, which asks every half millisecond, got a turn while `work` was done."""
    ticks: list[float] = []
    stop = threading.Event()

    def count() -> None:
        while not stop.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.0005)

    counter = threading.Thread(target=count)
    counter.start()
    try:
        while not ticks:
            time.sleep(0.001)
        start = time.perf_counter()
        work()
        end = time.perf_counter()
    finally:
        stop.set()
        counter.join()
    return sum(start < tick < end for tick in ticks)


@pytest.mark.filterwarnings("ignore:.*not converged:loyalty.LoyaltyWarning")
def test_other_threads_run_on_during_a_fit(crowd: loyalty.CustomerSummary) -> None:
    """More than once an iteration, when the fit looks at signals anyway."""
    calls = itertools.count()
    turns = turns_of_another_thread(
        lambda: loyalty.BgNbd.fit(
            crowd, threads=1, max_iterations=10, progress=lambda *_: next(calls)
        )
    )
    assert turns > 2 * next(calls)


def test_other_threads_run_on_while_customers_are_scored(crowd: loyalty.CustomerSummary) -> None:
    model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    assert turns_of_another_thread(lambda: model.expected_purchases(crowd, 39, threads=1)) > 10


def test_other_threads_run_on_while_a_log_is_summarised() -> None:
    rng = np.random.default_rng(6)
    log = {
        "id": rng.integers(0, 200_000, 1_000_000),
        "time": np.datetime64("2020-01-01") + rng.integers(0, 900, 1_000_000),
        "amount": rng.uniform(1, 99, 1_000_000),
    }
    orders = loyalty.Orders(log, customer="id", time="time", amount="amount")
    assert turns_of_another_thread(lambda: orders.summarize(unit="week")) > 5


#: The quick callback is C code, which looks at no signals: it leaves its mark one byte further with
#: every iteration.
INTERRUPTED = """
import functools, struct, time
import numpy as np, loyalty
rng = np.random.default_rng(5)
n = {customers}
x = rng.geometric(0.4, n) - 1
T = rng.uniform(10, 100, n)
customers = loyalty.CustomerSummary(frequency=x, recency=np.where(x > 0, T * rng.uniform(0.01, 1, n), 0), T=T)
def slow(*_):
    print("iteration", flush=True)
    time.sleep(20)
marks = bytearray(1000)
quick = functools.partial(struct.Struct("dd").pack_into, marks)
loyalty.BgNbd.fit(customers, progress=quick)
whole = len(marks.rstrip(bytes(1)))
try:
    print("fitting", flush=True)
    while True:
        marks[:] = bytes(1000)
        loyalty.BgNbd.fit(customers, progress={progress})
except KeyboardInterrupt:
    print("interrupted", "early" if len(marks.rstrip(bytes(1))) < whole else "too late", flush=True)
"""


@pytest.mark.parametrize(
    ("ready", "code"),
    [
        ("iteration", INTERRUPTED.format(customers=500, progress="slow")),
        ("fitting", INTERRUPTED.format(customers=2_000_000, progress="quick")),
    ],
    ids=["in a slow callback", "between iterations"],
)
def test_ctrl_c_ends_a_fit_at_once(ready: str, code: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # However the tests were started, in the background too, Python shall see the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        assert process.stdout is not None
        while ready not in (line := process.stdout.readline()):
            assert line, process.communicate()[1]
        time.sleep(0.1)
        sent = time.perf_counter()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=15)
    finally:
        process.kill()
        process.wait()
    assert time.perf_counter() - sent < 5
    assert rest == "interrupted early\n", rest + errors
    assert process.returncode == 0


def test_progress_hears_of_every_iteration_and_of_a_rising_likelihood(
    customers: loyalty.CustomerSummary,
) -> None:
    calls: list[tuple[int, float, float]] = []
    fit = loyalty.BgNbd.fit(customers, progress=lambda *call: calls.append(call))
    assert [call[0] for call in calls] == list(range(fit.iterations + 1))
    heights = [call[1] for call in calls]
    assert heights == sorted(heights)
    assert heights[-1] == fit.log_likelihood
    assert all(gap >= 0 for _, _, gap in calls)
    assert calls[-1][2] < 1e-9
    assert fit.model == loyalty.BgNbd.fit(customers).model


def test_what_progress_raises_comes_out_of_the_fit(customers: loyalty.CustomerSummary) -> None:
    class Enough(BaseException):
        pass

    enough, calls = Enough("enough"), []

    def progress(iteration: int, log_likelihood: float, gap: float) -> None:
        calls.append(iteration)
        if iteration == 2:
            raise enough

    for fit in (loyalty.BgNbd.fit, loyalty.GammaGamma.fit):
        calls.clear()
        with pytest.raises(Enough) as raised:
            fit(customers, progress=progress)
        assert raised.value is enough
        assert calls == [0, 1, 2]


def test_a_fit_within_a_fit_is_a_fit(customers: loyalty.CustomerSummary) -> None:
    inner: list[loyalty.Fit[loyalty.BgNbd]] = []

    def progress(*_: object) -> None:
        if not inner:
            inner.append(loyalty.BgNbd.fit(customers))

    outer = loyalty.BgNbd.fit(customers, progress=progress)
    assert inner == [outer]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.*not converged:loyalty.LoyaltyWarning")
def test_a_forked_child_fits_and_scores_after_its_parent_did() -> None:
    few = many(20_011)
    fit = loyalty.BgNbd.fit(few, threads=2, max_iterations=3)
    child = os.fork()
    if child == 0:
        same = loyalty.BgNbd.fit(few, threads=2, max_iterations=3) == fit
        os._exit(0 if same and len(fit.model.p_alive(few, threads=2)) == 20_011 else 1)
    for _ in range(300):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            assert status == 0
            return
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    pytest.fail("the child hangs")
