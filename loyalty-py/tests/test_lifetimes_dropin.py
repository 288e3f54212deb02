"""``loyalty.lifetimes`` against the installed lifetimes: names, arguments, defaults, frames, results."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import loyalty.lifetimes as ours

with warnings.catch_warnings():
    # lifetimes is of 2020.
    warnings.simplefilter("ignore")
    theirs = pytest.importorskip("lifetimes", reason="lifetimes is not installed to compare with")
    for room in ("utils", "plotting", "generate_data"):
        importlib.import_module(f"lifetimes.{room}")

FITTERS = [
    "BaseFitter",
    "BetaGeoFitter",
    "ModifiedBetaGeoFitter",
    "ParetoNBDFitter",
    "BetaGeoBetaBinomFitter",
    "GammaGammaFitter",
]
#: Public functions of plotting that only serve the others.
HELPERS = ("coalesce", "forceAspect")


def functions(module: Any) -> list[tuple[str, Any]]:
    found = inspect.getmembers(module, inspect.isfunction)
    return [
        (name, function)
        for name, function in found
        if not name.startswith("_")
        and name not in HELPERS
        and function.__module__ == module.__name__
    ]


def callables() -> list[Any]:
    """Every public function and method of lifetimes, with its twin."""
    pairs = []
    for room in ("utils", "plotting", "generate_data"):
        for name, function in functions(getattr(theirs, room)):
            twin = getattr(getattr(ours, room), name)
            pairs.append(pytest.param(function, twin, id=f"{room}.{name}"))
    for fitter in FITTERS:
        for name, method in inspect.getmembers(getattr(theirs, fitter), inspect.isfunction):
            if not name.startswith("_") or (name == "__init__" and fitter != "BaseFitter"):
                twin = getattr(getattr(ours, fitter), name)
                pairs.append(pytest.param(method, twin, id=f"{fitter}.{name}"))
    return pairs


@pytest.mark.parametrize(("function", "twin"), callables())
def test_names_arguments_and_defaults_are_those_of_lifetimes(function: Any, twin: Any) -> None:
    def shape(of: Any) -> list[tuple[str, Any, Any]]:
        parameters = inspect.signature(of).parameters.values()
        return [(p.name, p.default, p.kind) for p in parameters]

    assert shape(twin) == shape(function)


def test_modules_have_the_public_names_of_lifetimes() -> None:
    assert set(theirs.__all__) <= set(ours.__all__)
    assert ours.__version__ == theirs.__version__
    assert issubclass(ours.utils.ConvergenceError, ValueError)
    assert issubclass(ours.ModifiedBetaGeoFitter, ours.BetaGeoFitter)
    for name in ("load_cdnow_summary", "load_transaction_data", "load_donations", "load_dataset"):
        assert callable(getattr(ours.datasets, name))


def test_importing_the_package_does_not_import_pandas_or_lifetimes() -> None:
    code = (
        "import sys, loyalty\n"
        "assert not {'pandas', 'lifetimes', 'loyalty.lifetimes'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_pandas_it_says_how_to_get_it() -> None:
    code = "import sys; sys.modules['pandas'] = None; import loyalty.lifetimes"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith("as lifetimes does: pip install pandas")


def test_the_cdnow_summaries_are_the_files_of_lifetimes(lifetimes_data: Path) -> None:
    file = pd.read_csv(lifetimes_data / "cdnow_customers_summary.csv", index_col=[0])
    pd.testing.assert_frame_equal(ours.datasets.load_cdnow_summary(index_col=[0]), file)
    file = pd.read_csv(lifetimes_data / "cdnow_customers_summary_with_transactions.csv")
    table = ours.datasets.load_cdnow_summary_data_with_monetary_value()
    np.testing.assert_array_equal(table.reset_index().to_numpy(), file.to_numpy())


def data(fitter: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if fitter == "BetaGeoBetaBinomFitter":
        donors = ours.datasets.load_donations()
        given = (donors["frequency"], donors["recency"], donors["periods"])
        return given, {"weights": donors["weights"]}
    table = ours.datasets.load_cdnow_summary_data_with_monetary_value()
    if fitter == "GammaGammaFitter":
        table = table[table["frequency"] > 0]
        return (table["frequency"], table["monetary_value"]), {}
    return (table["frequency"], table["recency"], table["T"]), {}


# The errors of lifetimes' solvers: quasi-Newton ends within 2e-6 of the parameters, Nelder-Mead with
# tol=1e-4 within 1e-4; measured on these data.
@pytest.mark.parametrize("penalizer_coef", [0.0, 0.01])
@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")  # At the larger one q is below 1.
@pytest.mark.parametrize("fitter", FITTERS[1:])
def test_fits_end_where_those_of_lifetimes_end(fitter: str, penalizer_coef: float) -> None:
    given, weights = data(fitter)
    np.random.seed(1)
    their = getattr(theirs, fitter)(penalizer_coef).fit(*given, **weights)
    our = getattr(ours, fitter)(penalizer_coef).fit(*given, **weights)
    precision = 3e-4 if fitter == "ParetoNBDFitter" else 1e-5
    np.testing.assert_allclose(our.params_, their.params_, rtol=precision)
    assert list(our.params_.index) == list(their.params_.index)
    # The penalty means the same, and the solver here is never the worse one.
    assert our._negative_log_likelihood_ <= their._negative_log_likelihood_ * (1 + 1e-12)
    pd.testing.assert_frame_equal(our.data, their.data, check_dtype=False)
    assert repr(our) == repr(their)
    if fitter != "ParetoNBDFitter":
        pd.testing.assert_frame_equal(our.summary, their.summary, rtol=1e-4)
        np.testing.assert_allclose(
            np.diag(our.variance_matrix_), np.diag(their.variance_matrix_), rtol=1e-4
        )
    np.testing.assert_array_equal(our.variance_matrix_, our.variance_matrix_.T)


@pytest.mark.parametrize("fitter", FITTERS[1:4])
def test_the_penalty_of_weighted_rows_means_what_it_means_in_lifetimes(fitter: str) -> None:
    given, _ = data(fitter)
    weights = np.random.default_rng(0).integers(1, 5, len(given[0]))
    np.random.seed(1)
    their = getattr(theirs, fitter)(0.5).fit(*given, weights=weights)
    our = getattr(ours, fitter)(0.5).fit(*given, weights=weights)
    np.testing.assert_allclose(our.params_, their.params_, rtol=5e-4)


@pytest.fixture(params=FITTERS[1:4])
def both(request: Any) -> tuple[Any, Any]:
    """A fitter of lifetimes and one here, with the same parameters."""
    found = getattr(ours, request.param)().fit(*data(request.param)[0])
    twin = getattr(theirs, request.param)()
    twin.params_ = found.params_
    twin.data = found.data
    return found, twin


def test_predictions_equal_lifetimes_in_value_and_kind(both: tuple[Any, Any]) -> None:
    table = ours.datasets.load_cdnow_summary()
    columns = table["frequency"], table["recency"], table["T"]
    questions: list[tuple[str, tuple[Any, ...]]] = [
        ("conditional_expected_number_of_purchases_up_to_time", (39, *columns)),
        ("conditional_expected_number_of_purchases_up_to_time", (np.array([1, 39.0]), 2, 30.0, 39)),
        ("conditional_expected_number_of_purchases_up_to_time", (39, 2, 30.0, 39)),
        ("conditional_probability_alive", columns),
        ("conditional_probability_alive", (2, 30.0, 39)),
        ("expected_number_of_purchases_up_to_time", (np.arange(1, 50.0),)),
        ("expected_number_of_purchases_up_to_time", (39,)),
    ]
    if hasattr(both[1], "probability_of_n_purchases_up_to_time"):
        questions.append(("probability_of_n_purchases_up_to_time", (39, 3)))
    else:
        asked = (2, 20, *columns)
        questions.append(("conditional_probability_of_n_purchases_up_to_time", asked))
    for name, arguments in questions:
        our, their = (getattr(fitter, name)(*arguments) for fitter in both)
        assert type(our) is type(their), name
        np.testing.assert_allclose(our, their, rtol=1e-7, err_msg=name)
        if isinstance(our, pd.Series):
            pd.testing.assert_index_equal(our.index, their.index)


def test_the_matrix_equals_lifetimes_where_a_history_can_be(both: tuple[Any, Any]) -> None:
    our, their = (fitter.conditional_probability_alive_matrix(9, 39) for fitter in both)
    np.testing.assert_allclose(our[:, 1:], their[:, 1:], rtol=1e-7)
    np.testing.assert_allclose(our[0], their[0], rtol=1e-7)
    # Who never bought again has a recency of 0, whatever the row says.
    assert (our[:, 0] == our[0, 0]).all()


def test_the_bg_bb_equals_lifetimes() -> None:
    (x, t_x, n), weights = data("BetaGeoBetaBinomFitter")
    found = ours.BetaGeoBetaBinomFitter().fit(x, t_x, n, **weights)
    twin = theirs.BetaGeoBetaBinomFitter()
    twin.params_, twin.data = found.params_, found.data
    for name in (
        "conditional_probability_alive",
        "conditional_expected_number_of_purchases_up_to_time",
    ):
        our, their = (getattr(fitter, name)(5, x, t_x, n) for fitter in (found, twin))
        np.testing.assert_allclose(our, their, rtol=1e-7)
    our, their = (
        fitter.expected_number_of_transactions_in_first_n_periods(6) for fitter in (found, twin)
    )
    pd.testing.assert_frame_equal(our, their)


def test_spend_and_lifetime_values_equal_lifetimes() -> None:
    table = ours.datasets.load_cdnow_summary_data_with_monetary_value()
    bgf = ours.BetaGeoFitter().fit(table["frequency"], table["recency"], table["T"])
    ggf = ours.GammaGammaFitter().fit(*data("GammaGammaFitter")[0])
    twin, spend = theirs.BetaGeoFitter(), theirs.GammaGammaFitter()
    twin.params_, spend.params_ = bgf.params_, ggf.params_
    twin.predict = twin.conditional_expected_number_of_purchases_up_to_time
    money = table["frequency"], table["monetary_value"]
    pd.testing.assert_series_equal(
        ggf.conditional_expected_average_profit(*money),
        spend.conditional_expected_average_profit(*money),
    )
    columns = [table[name] for name in ("frequency", "recency", "T", "monetary_value")]
    for freq in ("D", "W", "M", "H"):
        our = ggf.customer_lifetime_value(bgf, *columns, time=6, discount_rate=0.02, freq=freq)
        their = spend.customer_lifetime_value(twin, *columns, time=6, discount_rate=0.02, freq=freq)
        pd.testing.assert_series_equal(our, their, rtol=1e-6)


@pytest.mark.parametrize("counting", [("D", 1), ("D", 7), ("W", 1), ("h", 24), ("D", 30)])
def test_summaries_are_frames_equal_to_those_of_lifetimes(counting: tuple[str, int]) -> None:
    freq, freq_multiplier = counting
    log = ours.datasets.load_transaction_data(parse_dates=["date"])
    log["paid"] = np.arange(len(log)) % 997
    how: dict[str, Any] = {"freq": freq, "freq_multiplier": freq_multiplier}
    for first in (False, True):
        arguments = (log, "id", "date", "paid", None, "2014-12-31")
        our, their = (
            package.utils.summary_data_from_transaction_data(
                *arguments, **how, include_first_transaction=first
            )
            for package in (ours, theirs)
        )
        pd.testing.assert_frame_equal(our, their)


def test_calibration_and_holdout_is_the_frame_of_lifetimes() -> None:
    log = ours.datasets.load_transaction_data(parse_dates=["date"])
    log["date"] = log["date"].dt.normalize()
    log = log.drop_duplicates().assign(paid=2.0)
    our, their = (
        package.utils.calibration_and_holdout_data(
            log, "id", "date", "2014-09-01", "2014-12-31", monetary_value_col="paid"
        )
        for package in (ours, theirs)
    )
    pd.testing.assert_frame_equal(our, their, check_dtype=False)


@pytest.mark.parametrize("by_date", [False, True])
@pytest.mark.parametrize("freq_multiplier", [1, 7])
def test_cumulative_transactions_are_the_frame_of_lifetimes(
    freq_multiplier: int, by_date: bool
) -> None:
    log = ours.datasets.load_dataset("CDNOW_sample.txt", header=None, sep=r"\s+").iloc[:, 1:3]
    log.columns = ["id", "date"]
    params = {"r": 0.243, "alpha": 4.414 * 7 / freq_multiplier, "a": 0.793, "b": 2.426}
    results = []
    for package in (ours, theirs):
        bgf = package.BetaGeoFitter()
        bgf.params_ = params
        asked = (bgf, log, "date", "id", 175, "%Y%m%d", "D", freq_multiplier, by_date)
        results.append(package.utils.expected_cumulative_transactions(*asked))
    pd.testing.assert_frame_equal(*results)


def test_a_fitter_is_saved_and_loaded(tmp_path: Path) -> None:
    bgf = ours.BetaGeoFitter(0.01).fit(*data("BetaGeoFitter")[0])
    for options, missing in (({}, None), ({"save_data": False, "values_to_save": [""]}, "data")):
        bgf.save_model(str(tmp_path / "bgf"), **options)
        new = ours.BetaGeoFitter()
        new.load_model(str(tmp_path / "bgf"))
        assert new.penalizer_coef == 0.01
        assert new.loyalty_fit == bgf.loyalty_fit
        assert new.predict(1, 1, 2, 5) == bgf.predict(1, 1, 2, 5)
        pd.testing.assert_frame_equal(new.summary, bgf.summary)
        if missing:
            assert new.data == ""
        else:
            assert len(new.generate_new_data(size=10)) == 10
    with pytest.raises(OSError, match="is of a BetaGeoFitter"):
        ours.ParetoNBDFitter().load_model(str(tmp_path / "bgf"))
    (tmp_path / "other").write_bytes(b"something else")
    with pytest.raises(OSError, match="not of loyalty.lifetimes"):
        ours.BetaGeoFitter().load_model(str(tmp_path / "other"))


@pytest.mark.parametrize("kind", ["beta_geometric_nbd", "modified_beta_geometric_nbd"])
def test_generated_customers_have_the_columns_of_lifetimes_and_the_parameters(kind: str) -> None:
    params = (0.8, 5.0, 1.0, 3.0)
    generate = f"{kind}_model"
    np.random.seed(0)
    frame = getattr(ours.generate_data, generate)(60, *params, size=20_000)
    shape = getattr(theirs.generate_data, generate)(60, *params, size=3)
    assert frame.dtypes.equals(shape.dtypes)
    assert frame.index.name == shape.index.name
    fitter = ours.BetaGeoFitter if kind[0] == "b" else ours.ModifiedBetaGeoFitter
    found = fitter().fit(frame["frequency"], frame["recency"], frame["T"])
    errors = (found.params_ - np.array(params)) / found.standard_errors_
    assert (errors.abs() < 4).all()
    alive = found.conditional_probability_alive(frame["frequency"], frame["recency"], frame["T"])
    assert abs(alive.mean() - frame["alive"].mean()) < 0.02


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([1, 2], [5, 4], [4, 9]), "recency"),
        (([0, 2], [1, 4], [4, 9]), "recency"),
        (([0.5, 2], [1, 4], [4, 9]), "frequency"),
        (([1, 2], [-1, 4], [4, 9]), "recency"),
        (([1, 2], [1, 4, 5], [4, 9]), "length"),
    ],
)
def test_histories_that_cannot_be_are_value_errors(columns: tuple[Any, ...], message: str) -> None:
    x, t_x, T = (np.array(values, dtype=float) for values in columns)
    with pytest.raises(ValueError, match=message):
        ours.BetaGeoFitter().fit(x, t_x, T)


def test_other_errors_say_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="has not been fit"):
        ours.BetaGeoFitter().conditional_probability_alive(1, 2, 3)
    with pytest.raises(ours.utils.ConvergenceError, match="bought more than once"):
        ours.BetaGeoFitter().fit([0, 0], [0, 0], [3, 4])
    with pytest.raises(ValueError, match="monetary_value"):
        ours.GammaGammaFitter().fit([1, 2], [0.0, 3.0])
    with pytest.raises(ValueError, match="iterative_fitting"):
        ours.ParetoNBDFitter().fit([1], [2], [3], iterative_fitting=0)
    log = pd.DataFrame({"id": [1, 1], "day": [20240101, 20240105]})
    with pytest.raises(ValueError, match="datetime_format"):
        ours.utils.summary_data_from_transaction_data(log, "id", "day")
    with pytest.raises(ValueError, match="freq must be"):
        ours.utils.summary_data_from_transaction_data(log, "id", "day", freq="fortnight")
    with pytest.raises(FileNotFoundError, match="pip install --no-deps lifetimes"):
        ours.datasets.load_dataset("nothing.csv")


def test_rows_left_out_and_options_not_used_are_said() -> None:
    log = pd.DataFrame(
        {
            "id": [1, None, 1],
            "day": ["2024-01-01", "2024-01-02", "2024-01-05"],
            "paid": [1, 2, -3.0],
        }
    )
    with pytest.warns(Warning, match=r'left out: .*"id".*"paid"'):
        table = ours.utils.summary_data_from_transaction_data(log, "id", "day", "paid")
    assert table["frequency"].tolist() == [0.0]
    table = ours.datasets.load_cdnow_summary()
    recency = table["recency"].where(table.index > 1, 0.0)
    with pytest.warns(Warning, match="2 customers have a recency of 0"):
        ours.BetaGeoFitter().fit(table["frequency"], recency, table["T"])
    with pytest.warns(Warning, match="iterative_fitting"):
        ours.BetaGeoFitter().fit(*data("BetaGeoFitter")[0], iterative_fitting=3)


def test_q_is_held_at_one_where_it_must_be() -> None:
    draws = np.random.default_rng(1)
    frequency = np.repeat([1.0, 2, 3, 4], 100)
    amounts = draws.gamma(2 * frequency, 1 / frequency) / draws.gamma(0.6, 1, 400)
    with pytest.warns(Warning, match="infinite"):
        free = ours.GammaGammaFitter().fit(frequency, amounts)
    assert free.params_["q"] < 1
    with pytest.warns(Warning, match="infinite"):
        held = ours.GammaGammaFitter().fit(frequency, amounts, q_constraint=True)
    assert held.params_["q"] == 1


@pytest.mark.parametrize("name", ours.plotting.__all__)
def test_every_plot_draws(name: str) -> None:
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes

    log = ours.datasets.load_transaction_data(parse_dates=["date"])
    split = ours.utils.calibration_and_holdout_data(log, "id", "date", "2014-09-01", "2014-12-31")
    bgf = ours.BetaGeoFitter().fit(split["frequency_cal"], split["recency_cal"], split["T_cal"])
    one = log[log["id"] == 35]
    tracked = (log, "date", "id", 200, 120)
    arguments: dict[str, tuple[Any, ...]] = {
        "plot_calibration_purchases_vs_holdout_purchases": (split,),
        "plot_history_alive": (200, one, "date"),
        "plot_cumulative_transactions": tracked,
        "plot_incremental_transactions": tracked,
    }
    ax = getattr(ours.plotting, name)(bgf, *arguments.get(name, ()))
    assert isinstance(ax, Axes)
    ax.figure.canvas.draw()
    plt.close("all")


#: The plots that lifetimes still draws on the pandas and matplotlib of today, and not at random.
DRAWN_BY_BOTH = [
    "plot_cumulative_transactions",
    "plot_dropout_rate_heterogeneity",
    "plot_frequency_recency_matrix",
    "plot_incremental_transactions",
    "plot_probability_alive_matrix",
    "plot_transaction_rate_heterogeneity",
]


@pytest.mark.parametrize("name", DRAWN_BY_BOTH)
def test_plots_draw_what_lifetimes_draws(name: str) -> None:
    import matplotlib.pyplot as plt

    log = ours.datasets.load_transaction_data(parse_dates=["date"])
    daily = ours.utils.summary_data_from_transaction_data(log, "id", "date")
    tracked = (log, "date", "id", 60, 40) if "transactions" in name else ()
    drawn = []
    for package in (theirs, ours):
        bgf = package.BetaGeoFitter()
        bgf.params_ = pd.Series({"r": 0.243, "alpha": 30.9, "a": 0.793, "b": 2.426})
        bgf.data = daily
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # lifetimes is of 2020.
            drawn.append(getattr(package.plotting, name)(bgf, *tracked))
        plt.figure()
    their, our = drawn
    for says in ("get_title", "get_xlabel", "get_ylabel"):
        assert getattr(our, says)() == getattr(their, says)()
    assert len(our.lines) == len(their.lines)
    for line, other in zip(our.lines, their.lines, strict=True):
        # The curves of heterogeneity end at a quantile that is a sum here.
        np.testing.assert_allclose(line.get_data(), other.get_data(), rtol=2e-3, atol=1e-9)
    for image, other in zip(our.images, their.images, strict=True):
        np.testing.assert_allclose(image.get_array(), other.get_array(), rtol=1e-9, atol=1e-12)
    plt.close("all")
