//! One customer in one call, while they wait at the check-out.

use super::columns::BEHAVIOURS;
use crate::Error;
use crate::behaviours::{Behaviour, BehaviourModel, CustomerBehaviour};
use crate::decisions::{ChosenTreatment, OPTED_OUT, Treatments};
use crate::ledger::{Available, LedgerBasis, LedgerRow, LedgerWork};
use crate::orders::{CustomerRecord, OrderLines};
use crate::purchase::{AnyPurchaseModel, Discounting, PurchaseModel};
use crate::returns::{BasketWork, ReturnPropensity};
use crate::spend::{AnySpendModel, SpendModel};
use crate::summary::{PurchaseWork, Purchases, SummaryOptions};
use crate::time::Occasion;

/// What a check-out scores by. What is `None` is left out of the score.
///
/// # Examples
/// ```
/// use loyalty_core::decisions::Treatments;
/// use loyalty_core::orders::{Column, CustomerRecord, Invalid, LineColumns, OrderLines, TimeScale};
/// use loyalty_core::pipeline::{CheckOut, CheckOutWork};
/// use loyalty_core::purchase::{BgNbd, Discounting};
/// use loyalty_core::spend::GammaGamma;
/// use loyalty_core::time::Unit;
/// let mut check_out = CheckOut::new(Discounting::annual(52.0, 0.1, Unit::Week)?);
/// check_out.purchases = Some(BgNbd::new(0.243, 4.414, 0.793, 2.426)?.with_unit(Some(Unit::Week)).into());
/// check_out.spend = Some(GammaGamma::new(6.25, 3.74, 15.44)?.into());
/// check_out.treatments = Some(Treatments::customary());
/// check_out.margin = Some(0.3);
///
/// let customer = Column::new("customer", &[7, 7, 7][..]).into();
/// let columns = LineColumns::new(customer, Column::new("day", &[0, 30, 150]), TimeScale::Days)
///     .with_amount(Column::new("paid", &[900.0, 750.0, 800.0]));
/// let mut record = CustomerRecord::default();
/// record.add_lines(&OrderLines::new(&columns, Invalid::Raise)?)?;
///
/// let (day, mut work) = (86_400_000_000, CheckOutWork::default());
/// let score = check_out.score(&record, None, 180 * day, &mut work)?;
/// assert_eq!(score.purchases.map(|found| found.history.x()), Some(2));
/// assert!((score.p_alive.unwrap() - 0.7538).abs() < 1e-4);
/// assert!((score.clv.unwrap() - 398.25).abs() < 0.01);
/// let chosen = score.decision.unwrap();
/// assert!(Treatments::customary().reason(&chosen).starts_with("A loyal customer worth"));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CheckOut {
    /// When customers buy, with its unit.
    pub purchases: Option<AnyPurchaseModel>,
    /// How much they spend.
    pub spend: Option<AnySpendModel>,
    /// The basis of the ledger that the behaviours were learnt from.
    pub basis: Option<LedgerBasis>,
    /// Who shows which behaviour; it needs the basis.
    pub behaviours: Option<BehaviourModel>,
    /// What is done for customers.
    pub treatments: Option<Treatments>,
    /// How far expected purchases and the lifetime value reach, in the unit of the model of purchases.
    pub discounting: Discounting,
    /// The contribution margin that lifetime values are of. Without it they are in revenue, which is no gain: no
    /// treatment is weighed by one then.
    pub margin: Option<f64>,
    /// What counts as one purchase, as in the summary that the models were fitted to.
    pub occasion: Option<Occasion>,
    /// Whether the mean amount is of all purchases, the first one included, as there.
    pub include_first: bool,
    /// Whether purchases are net of what came back, as [`score`](super::score) takes them by default.
    pub net: bool,
}

/// What is said of one customer.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct CheckOutScore {
    /// Frequency, recency, T and mean amount; `None` of a customer without a purchase, of whom the models say nothing.
    pub purchases: Option<Purchases>,
    /// Probability to be active.
    pub p_alive: Option<f64>,
    /// Purchases expected within the horizon.
    pub expected_purchases: Option<f64>,
    /// Amount expected per purchase; `None` where the model says that it is infinite, as is the lifetime value then.
    pub expected_spend: Option<f64>,
    /// Lifetime value, in margin, or in revenue where none is given.
    pub clv: Option<f64>,
    /// The row of the ledger.
    pub ledger: Option<LedgerRow>,
    /// What is said of each behaviour, in order; `None` of those that the model could not look at.
    pub behaviours: [Option<CustomerBehaviour>; Behaviour::ALL.len()],
    /// The costliest of their labels.
    pub primary: Option<Behaviour>,
    /// The treatment that gains most; `None` where nothing gains anything, or nothing is known.
    pub decision: Option<ChosenTreatment>,
}

/// Room to score in, for one customer after the other: after the first few nothing is allocated any more.
#[derive(Debug, Default)]
pub struct CheckOutWork {
    purchases: PurchaseWork,
    ledger: LedgerWork,
    basket: BasketWork,
    returns: Vec<f64>,
}

impl CheckOutWork {
    /// The probability of return of each line of the basket scored last by [`CheckOut::score_basket`], in its order.
    pub fn returns(&self) -> &[f64] {
        &self.returns
    }
}

impl CheckOut {
    /// A check-out without models, over a horizon. Purchases are net.
    pub fn new(discounting: Discounting) -> Self {
        Self {
            purchases: None,
            spend: None,
            basis: None,
            behaviours: None,
            treatments: None,
            discounting,
            margin: None,
            occasion: None,
            include_first: false,
            net: true,
        }
    }

    /// Scores a customer at a time in microseconds since 1970-01-01T00:00, up to and with which they were observed;
    /// `group` is their group of peers, if the behaviours know any.
    ///
    /// Each number is to the last bit what [`score`](super::score) says of the same customer in a table, by the same
    /// models.
    ///
    /// # Errors
    /// [`Error::NoUnit`] where the model of purchases has no unit, [`Error::MissingColumn`] where behaviours are asked
    /// for without a basis, [`Error::Parameter`] for a margin that is not from −1000 to 1, and as
    /// [`Purchases::of_record`], [`LedgerBasis::row`], [`SpendModel::expected_spend`].
    pub fn score(
        &self,
        record: &CustomerRecord,
        group: Option<&str>,
        now: i64,
        work: &mut CheckOutWork,
    ) -> Result<CheckOutScore, Error> {
        let mut score = CheckOutScore {
            purchases: None,
            p_alive: None,
            expected_purchases: None,
            expected_spend: None,
            clv: None,
            ledger: None,
            behaviours: [None; Behaviour::ALL.len()],
            primary: None,
            decision: None,
        };
        self.expect(record, now, &mut score, &mut work.purchases)?;
        self.judge(record, group, now, &mut score, &mut work.ledger)?;
        score.decision = match &self.treatments {
            Some(treatments) if !record.is_opted_out() => {
                treatments.choose(|column| self.fact(&score, column))
            }
            _ => None,
        };
        Ok(score)
    }

    /// [`CheckOut::score`] with the probability of return of each line of a basket, which
    /// [`CheckOutWork::returns`] has then.
    ///
    /// # Errors
    /// As there, and as [`ReturnPropensity::score`].
    pub fn score_basket(
        &self,
        record: &CustomerRecord,
        group: Option<&str>,
        now: i64,
        (returns, basket): (&ReturnPropensity, &OrderLines),
        work: &mut CheckOutWork,
    ) -> Result<CheckOutScore, Error> {
        returns.score_basket(basket, &mut work.basket, &mut work.returns)?;
        self.score(record, group, now, work)
    }

    /// What is expected of the customer's purchases.
    fn expect(
        &self,
        record: &CustomerRecord,
        now: i64,
        score: &mut CheckOutScore,
        work: &mut PurchaseWork,
    ) -> Result<(), Error> {
        let Some(model) = &self.purchases else { return Ok(()) };
        let unit = model.unit().ok_or(Error::NoUnit { table: "the model of purchases" })?;
        let options = SummaryOptions {
            unit,
            occasion: self.occasion,
            observation_end: Some(now),
            include_first: self.include_first,
        };
        let found = match Purchases::of_record(record, self.net, &options, work) {
            Ok(found) => found,
            // Nobody has bought, or all of it came back.
            Err(Error::Empty { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let history = &found.history;
        score.purchases = Some(found);
        score.p_alive = Some(model.p_alive(history));
        let horizon = self.discounting.horizon();
        if horizon.is_finite() {
            score.expected_purchases = Some(model.expected_purchases(history, horizon)?);
        }
        let Some(spend) = &self.spend else { return Ok(()) };
        let margin = self.margin.unwrap_or(1.0);
        crate::value::Margin::Same(margin).check(1)?;
        let each = match spend.expected_spend(found.transactions, found.monetary_value) {
            Ok(each) => each,
            // So it is of those with few purchases where the tail of spend is heavy: no reason to know nothing else.
            Err(Error::Infinite { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let discounted = model.discounted_purchases(history, &self.discounting);
        (score.expected_spend, score.clv) = (Some(each), Some(each * (margin * discounted)));
        Ok(())
    }

    /// The ledger, and what it says of behaviours.
    fn judge(
        &self,
        record: &CustomerRecord,
        group: Option<&str>,
        now: i64,
        score: &mut CheckOutScore,
        work: &mut LedgerWork,
    ) -> Result<(), Error> {
        let Some(basis) = &self.basis else {
            let needed_by = "a check-out that labels behaviours";
            let missing = Error::MissingColumn { column: "basis", needed_by };
            return if self.behaviours.is_some() { Err(missing) } else { Ok(()) };
        };
        let row = basis.row(record, Some(now), work)?;
        score.ledger = Some(row);
        if let Some(model) = &self.behaviours {
            let out = record.is_opted_out();
            let primary = model.classify_each(&row, group, |one| {
                let labelled = one.labelled && !out;
                score.behaviours[one.behaviour as usize] =
                    Some(CustomerBehaviour { labelled, ..one });
            })?;
            score.primary = primary.filter(|_| !out);
        }
        Ok(())
    }

    /// A column of the scores of one customer, by the names of [`Scores::columns`](super::Scores::columns).
    fn fact(&self, score: &CheckOutScore, column: &str) -> Option<f64> {
        let found = score.purchases.as_ref();
        let of = |has: fn(&Available) -> bool, value: fn(&LedgerRow) -> f64| {
            let known = self.basis.as_ref().is_some_and(|basis| has(&basis.available()));
            score.ledger.as_ref().filter(|_| known).map(value)
        };
        match column {
            "frequency" => found.map(|found| f64::from(found.history.x())),
            "recency" => found.map(|found| found.history.t_x()),
            "T" => found.map(|found| found.history.t()),
            "monetary_value" => found.map(|found| found.monetary_value),
            "p_alive" => score.p_alive.filter(|_| self.is_alive_known(found)),
            "expected_purchases" => score.expected_purchases,
            "expected_spend" => score.expected_spend,
            "clv" => score.clv.filter(|_| self.margin.is_some()),
            "margin" => self.margin,
            OPTED_OUT => None,
            "categories" => of(|has| has.categories, |row| row.categories),
            "profit" => of(|has| has.profit, |row| row.profit),
            "discount" => of(|has| has.discounts, |row| row.discount),
            "returned_amount" => of(|has| has.returns, |row| row.returned_amount),
            "return_loss" => of(|has| has.returns, |row| row.return_loss),
            "service_cost" => of(|has| has.contacts, |row| row.service_cost),
            _ => self.of_behaviour(score, column),
        }
    }

    /// Whether the model says of the customer whether they have left: 1 by assumption is not known.
    fn is_alive_known(&self, found: Option<&Purchases>) -> bool {
        let both = self.purchases.as_ref().zip(found);
        both.is_some_and(|(model, found)| found.history.x() > 0 || model.kind().can_have_left(0))
    }

    fn of_behaviour(&self, score: &CheckOutScore, column: &str) -> Option<f64> {
        let mut named = BEHAVIOURS.iter().filter_map(|(behaviour, [estimate, p_over, impact])| {
            let one = score.behaviours[*behaviour as usize]?;
            match column {
                _ if column == behaviour.name() => Some(f64::from(u8::from(one.labelled))),
                _ if column == *estimate => Some(one.score.estimate),
                _ if column == *p_over => Some(one.score.p_over),
                _ if column == *impact => {
                    let model = self.behaviours.as_ref()?;
                    model.is_priced(*behaviour).then_some(one.score.impact)
                }
                _ => None,
            }
        });
        named.next()
    }
}
