"""Customer scoring from an order log: RFM, BG/NBD, Gamma-Gamma, customer lifetime value.

Data flows one way::

    Orders ──► CustomerSummary ──► purchase and spend models ──► scores, clv, rfm ──► segments

Examples
--------
>>> import loyalty
>>> log = loyalty.datasets.cdnow("pandas")
>>> orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
>>> customers = orders.summarize(unit="week", observation_end="1997-09-30")
>>> purchases = loyalty.BgNbd.fit(customers)
>>> spend = loyalty.GammaGamma.fit(customers)
>>> values = loyalty.clv(
...     customers, purchases, spend, horizon=52, annual_discount_rate=0.1, margin=0.3
... )
>>> values.round(2).head(2)
   customer_id    clv
0            1  11.03
1            2   1.41
"""

from loyalty import datasets, errors, plotting
from loyalty._native import __version__
from loyalty._page.report import Report
from loyalty.bdw import Bdw
from loyalty.behaviour_distribution import BehaviourDistribution
from loyalty.behaviours import BehaviourModel, Behaviours, BehaviourSummary
from loyalty.bg_bb import BgBb
from loyalty.bg_cnbd_k import BgCnbdK
from loyalty.bg_nbd import BgNbd
from loyalty.bootstrap import Bootstrap, clv_bootstrap
from loyalty.check_out import CheckOut
from loyalty.comparison import Comparison, compare
from loyalty.contract_model import ContractModel
from loyalty.contracts import Contracts
from loyalty.correlation import (
    Correlation,
    FrequencyValueCorrelation,
    frequency_value_correlation,
)
from loyalty.covariates import PurchaseWithCovariates, SpendWithCovariates
from loyalty.errors import (
    FitError,
    InputError,
    LoyaltyError,
    LoyaltyWarning,
    ModelFileError,
)
from loyalty.files import load, load_fit
from loyalty.fit import Fit
from loyalty.forecast import AnchoredForecast
from loyalty.gamma_gamma import GammaGamma
from loyalty.goodness import (
    ChiSquare,
    HoldoutErrors,
    RepeatCounts,
    Tracking,
    alive_calibration,
    holdout_errors,
    repeat_counts,
    tracking,
)
from loyalty.ledger import Ledger, Losses, TopShare
from loyalty.mbg_cnbd_k import MbgCnbdK
from loyalty.mbg_nbd import MbgNbd
from loyalty.metrics import (
    Calibration,
    Predictions,
    ReliabilityBin,
    ReturnEconomics,
    expected_returns,
)
from loyalty.nbd import Nbd
from loyalty.order_lines import CreditMatches, OrderLines, match_credits
from loyalty.orders import Occasions, Orders
from loyalty.pareto_nbd import ParetoNbd
from loyalty.persistence import PermutationCheck, Persistence, permutation_check, persistence
from loyalty.posterior import Posterior
from loyalty.predictions import Futures, purchase_interval
from loyalty.prior import Prior
from loyalty.purchase import PurchaseModel
from loyalty.reading import OrderTable, Understood, read_orders, read_sql
from loyalty.reading.check import Check, Finding, check
from loyalty.records import CustomerRecord, LedgerBasis
from loyalty.report import CreditReport, JoinReport, OrdersReport, Refusal, TableReport
from loyalty.returns import ExpectedReturns, ReturnFit, ReturnPropensity
from loyalty.rfm import Rfm, SegmentTable, rfm
from loyalty.sbg import Sbg
from loyalty.scoring import NotComputed, Scores, score
from loyalty.selection import Choice, Selection, choose, select
from loyalty.simulation import ShopOptions, SimulatedShop, simulate
from loyalty.spend import SpendModel
from loyalty.spend_goodness import SpendCounts, spend_calibration, spend_counts
from loyalty.summary import CalibrationHoldout, CustomerSummary
from loyalty.treatments import Treatments
from loyalty.value import clv, clv_interval, clv_posterior


def __dir__() -> list[str]:
    """What is public: the modules that it comes from are not in the way of completion."""
    return sorted(__all__)


__all__ = [
    "AnchoredForecast",
    "Bdw",
    "BehaviourDistribution",
    "BehaviourModel",
    "BehaviourSummary",
    "Behaviours",
    "BgBb",
    "BgCnbdK",
    "BgNbd",
    "Bootstrap",
    "Calibration",
    "CalibrationHoldout",
    "Check",
    "CheckOut",
    "ChiSquare",
    "Choice",
    "Comparison",
    "ContractModel",
    "Contracts",
    "Correlation",
    "CreditMatches",
    "CreditReport",
    "CustomerRecord",
    "CustomerSummary",
    "ExpectedReturns",
    "Finding",
    "Fit",
    "FitError",
    "FrequencyValueCorrelation",
    "Futures",
    "GammaGamma",
    "HoldoutErrors",
    "InputError",
    "JoinReport",
    "Ledger",
    "LedgerBasis",
    "Losses",
    "LoyaltyError",
    "LoyaltyWarning",
    "MbgCnbdK",
    "MbgNbd",
    "ModelFileError",
    "Nbd",
    "NotComputed",
    "Occasions",
    "OrderLines",
    "OrderTable",
    "Orders",
    "OrdersReport",
    "ParetoNbd",
    "PermutationCheck",
    "Persistence",
    "Posterior",
    "Predictions",
    "Prior",
    "PurchaseModel",
    "PurchaseWithCovariates",
    "Refusal",
    "ReliabilityBin",
    "RepeatCounts",
    "Report",
    "ReturnEconomics",
    "ReturnFit",
    "ReturnPropensity",
    "Rfm",
    "Sbg",
    "Scores",
    "SegmentTable",
    "Selection",
    "ShopOptions",
    "SimulatedShop",
    "SpendCounts",
    "SpendModel",
    "SpendWithCovariates",
    "TableReport",
    "TopShare",
    "Tracking",
    "Treatments",
    "Understood",
    "__version__",
    "alive_calibration",
    "check",
    "choose",
    "clv",
    "clv_bootstrap",
    "clv_interval",
    "clv_posterior",
    "compare",
    "datasets",
    "errors",
    "expected_returns",
    "frequency_value_correlation",
    "holdout_errors",
    "load",
    "load_fit",
    "match_credits",
    "permutation_check",
    "persistence",
    "plotting",
    "purchase_interval",
    "read_orders",
    "read_sql",
    "repeat_counts",
    "rfm",
    "score",
    "select",
    "simulate",
    "spend_calibration",
    "spend_counts",
    "tracking",
]
