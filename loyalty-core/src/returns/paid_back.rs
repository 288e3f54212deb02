//! How much of a line's value is paid back where it comes back.

use serde::{Deserialize, Serialize};

/// Bands of pieces: 1, 2 to 3, 4 to 7, … A line of one piece comes back whole; of ten pieces a part may.
const BANDS: usize = 12;

/// How strongly the share of a band is drawn to that of all, in returned lines of average value: as many
/// lines again before a band speaks for itself. A choice.
const STRENGTH: f64 = 20.0;

/// The least share that pieces let expect: a share against one that is 0 would have no end.
const LEAST: f64 = 1e-3;

/// A line that came back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct MoneyBack {
    pub(crate) pieces: f64,
    /// What was paid for it.
    pub(crate) value: f64,
    /// What was paid back of it.
    pub(crate) back: f64,
}

/// The shares of the value of returned lines that were paid back: of all, by pieces, and by customer.
///
/// Of a customer's lines that came back the shares f add up to F, and those that their pieces let expect at
/// the time, e, to E. The customer's next line of so many pieces is paid back to
///
/// ```text
/// g = min(1, e (F + k) / (E + k))
/// ```
///
/// with the credibility of Bühlmann & Straub (1970, Bulletin of the Swiss Association of Actuaries 70,
/// 111–133): k = s²/a, where s² is the variance of f/e within customers and a that between them, both by
/// moments. Lines count alike in it, whatever their value, so that no single order makes a customer's share.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct PaidBack {
    /// By band: the value of lines that came back, and what was paid back.
    bands: [[f64; 2]; BANDS],
    lines: f64,
    /// Σ f² / e.
    squares: f64,
    /// k; `None` where customers do not differ by more than chance.
    strength: Option<f64>,
    /// E and F by the place of the customer, as far as the last of whom a line came back.
    pub(super) customers: Vec<[f64; 2]>,
}

impl PaidBack {
    /// A line came back, of the customer at that place.
    pub(crate) fn take(&mut self, customer: u32, line: MoneyBack) {
        let MoneyBack { pieces, value, back } = line;
        if value <= 0.0 {
            return;
        }
        let back = back.min(value);
        let (share, expected) = (back / value, self.of_pieces(pieces).max(LEAST));
        let [values, paid] = &mut self.bands[band(pieces)];
        *values += value;
        *paid += back;
        self.lines += 1.0;
        self.squares += share * share / expected;
        let customer = customer as usize;
        if customer >= self.customers.len() {
            self.customers.resize(customer + 1, [0.0; 2]);
        }
        let [due, paid] = &mut self.customers[customer];
        *due += expected;
        *paid += share;
    }

    /// Finds how far customers differ.
    pub(crate) fn learn_strength(&mut self) {
        let known = || self.customers.iter().filter(|[due, _]| *due > 0.0);
        let (mut customers, mut due, mut paid) = (0.0, 0.0, 0.0);
        let (mut own_squares, mut due_squares) = (0.0, 0.0);
        for [own_due, own_paid] in known() {
            customers += 1.0;
            due += own_due;
            paid += own_paid;
            own_squares += own_paid * own_paid / own_due;
            due_squares += own_due * own_due;
        }
        let within = (self.squares - own_squares) / (self.lines - customers);
        let between = own_squares - paid * paid / due - (customers - 1.0) * within;
        let between = between / (due - due_squares / due);
        // NaN or infinite where no customer came again.
        let strength = within / between;
        self.strength = (between > 0.0 && strength.is_finite()).then_some(strength.max(0.0));
    }

    /// The share of all lines that came back; `None` where none of value did.
    pub(crate) fn all(&self) -> Option<f64> {
        let sum = |[value, back]: [f64; 2], of: &[f64; 2]| [value + of[0], back + of[1]];
        let [value, back] = self.bands.iter().fold([0.0; 2], sum);
        (value > 0.0).then(|| back / value)
    }

    /// The share that a number of pieces lets expect: all of it where nothing is known.
    fn of_pieces(&self, pieces: f64) -> f64 {
        let Some(all) = self.all() else { return 1.0 };
        let value: f64 = self.bands.iter().map(|[value, _]| value).sum();
        let prior = STRENGTH * value / self.lines;
        let [value, back] = self.bands[band(pieces)];
        (back + prior * all) / (value + prior)
    }

    /// The share of a line of so many pieces of the customer at a place, if they have one.
    pub(crate) fn share(&self, customer: Option<u32>, pieces: f64) -> f64 {
        let of_pieces = self.of_pieces(pieces);
        let own = customer.and_then(|place| self.customers.get(place as usize));
        match (own, self.strength) {
            (Some([due, paid]), Some(k)) if *due > 0.0 => {
                (of_pieces * (paid + k) / (due + k)).min(1.0)
            }
            _ => of_pieces,
        }
    }

    pub(crate) fn is_sound(&self, customers: usize) -> bool {
        let count = |count: &f64| count.is_finite() && *count >= 0.0;
        let part = |[whole, part]: &[f64; 2]| count(whole) && count(part) && part <= whole;
        let own = |[due, paid]: &[f64; 2]| count(due) && count(paid);
        let (value, lines) = (self.all().is_some(), self.lines > 0.0);
        self.bands.iter().all(part)
            && value == lines
            && count(&self.lines)
            && count(&self.squares)
            && self.strength.as_ref().is_none_or(count)
            && self.customers.len() <= customers
            && self.customers.iter().all(own)
    }
}

impl MoneyBack {
    pub(crate) fn is_sound(&self) -> bool {
        let amount = |amount: f64| amount.is_finite() && amount >= 0.0;
        self.pieces.is_finite() && amount(self.value) && amount(self.back)
    }
}

fn band(pieces: f64) -> usize {
    let mut band = 0;
    while band + 1 < BANDS && pieces >= f64::from(2_u32 << band) {
        band += 1;
    }
    band
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt(lines: impl Iterator<Item = (u32, [f64; 3])>) -> PaidBack {
        let mut paid = PaidBack::default();
        for (customer, [pieces, value, back]) in lines {
            paid.take(customer, MoneyBack { pieces, value, back });
        }
        paid.learn_strength();
        paid
    }

    #[test]
    fn shares_are_by_pieces_and_drawn_to_that_of_all() {
        assert_eq!([0.5, 1.0, 2.0, 3.0, 4.0, 1e9].map(band), [0, 0, 1, 1, 2, BANDS - 1]);
        let lines =
            (0..2000).map(|line| if line % 2 == 0 { [1.0, 10.0, 10.0] } else { [10.0, 10.0, 2.0] });
        let paid = learnt((0..).map(|line| line / 2).zip(lines));
        let all = paid.all().unwrap();
        assert!((all - 0.6).abs() < 1e-12);
        let share = |pieces: f64| paid.share(None, pieces);
        assert!((share(1.0) - 1.0).abs() < 0.01 && (share(9.0) - 0.2).abs() < 0.01);
        assert!((share(500.0) - all).abs() < 1e-12);
        let none = PaidBack::default();
        assert_eq!((none.all(), none.share(Some(3), 7.0)), (None, 1.0));
        assert!(none.is_sound(0) && paid.is_sound(1000) && !paid.is_sound(999));
    }

    #[test]
    fn a_customer_has_a_share_of_their_own_as_far_as_it_is_known() {
        // Customers 0 to 9 send all pieces back, 10 to 19 a fifth of them; customer 20 once a half.
        let line = |i: u32| (i % 20, [8.0, 8.0, if i % 20 < 10 { 8.0 } else { 1.6 }]);
        let paid = learnt((0..400).map(line).chain([(20, [8.0, 8.0, 4.8])]));
        let share = |customer: u32| paid.share(Some(customer), 8.0);
        assert!(share(3) > 0.93 && share(13) < 0.25, "{} {}", share(3), share(13));
        assert!((share(20) - 0.6).abs() < 0.03 && (share(99) - 0.6).abs() < 0.01);
        // The same parts at random are no property of anybody.
        let random = |i: u32| {
            let whole = ((u64::from(i) * 2_654_435_761) >> 16).is_multiple_of(2);
            (i % 20, [8.0, 8.0, if whole { 8.0 } else { 1.6 }])
        };
        let chance = learnt((0..4000).map(random));
        let shares: Vec<f64> = (0..20).map(|of| chance.share(Some(of), 8.0)).collect();
        assert!(shares.iter().all(|share| (share - 0.6).abs() < 0.08), "{shares:?}");
    }
}
