//! Selection under capacity: feasible always, optimal within the stated gap, against brute force.

use crate::common::random::Random;
use loyalty_core::Error;
use loyalty_core::decisions::{Capacity, Choices, Selection, Use};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use proptest::prelude::*;

/// A problem as plain numbers: gains by treatment and customer, uses by capacity, treatment and
/// customer.
#[derive(Debug, Clone)]
struct Problem {
    gains: Vec<Vec<f64>>,
    uses: Vec<Vec<Vec<f64>>>,
    capacities: Vec<f64>,
}

impl Problem {
    fn choices(&self) -> Result<Choices, Error> {
        let gains: Vec<Column<'_, [f64]>> =
            self.gains.iter().map(|gain| Column::new("gain", &gain[..])).collect();
        let capacities: Vec<Capacity> = self
            .capacities
            .iter()
            .enumerate()
            .map(|(number, &amount)| Capacity::new(format!("c{number}"), amount).unwrap())
            .collect();
        let uses: Vec<Vec<Use<'_>>> = self
            .uses
            .iter()
            .map(|uses| uses.iter().map(|amounts| Use::PerCustomer(amounts)).collect())
            .collect();
        let uses: Vec<&[Use<'_>]> = uses.iter().map(|uses| &uses[..]).collect();
        Choices::new(&gains, &capacities, &uses)
    }

    fn rows(&self) -> usize {
        self.gains[0].len()
    }

    /// The best gain there is, by trying everything.
    fn best(&self, row: usize, left: &mut Vec<f64>) -> f64 {
        if row == self.rows() {
            return 0.0;
        }
        let mut best = self.best(row + 1, left);
        for (treatment, gain) in self.gains.iter().enumerate() {
            let used: Vec<f64> = self.uses.iter().map(|uses| uses[treatment][row]).collect();
            if gain[row] > 0.0 && used.iter().zip(&*left).all(|(used, left)| used <= left) {
                left.iter_mut().zip(&used).for_each(|(left, used)| *left -= used);
                best = best.max(gain[row] + self.best(row + 1, left));
                left.iter_mut().zip(&used).for_each(|(left, used)| *left += used);
            }
        }
        best
    }

    /// The choice fits, and what is said of it is true.
    fn check(&self, selection: &Selection) {
        let (mut used, mut gain) = (vec![0.0; self.capacities.len()], 0.0);
        for (row, choice) in selection.choice().iter().enumerate() {
            let Some(treatment) = choice.map(|number| number as usize) else {
                assert_eq!(selection.gains()[row], 0.0);
                continue;
            };
            assert_eq!(selection.gains()[row], self.gains[treatment][row]);
            gain += self.gains[treatment][row];
            for (used, uses) in used.iter_mut().zip(&self.uses) {
                *used += uses[treatment][row];
            }
        }
        assert!(used.iter().zip(&self.capacities).all(|(used, capacity)| used <= capacity));
        assert_eq!((gain, &used[..]), (selection.gain(), selection.used()));
        assert!(selection.bound() >= gain && (0.0..=1.0).contains(&selection.gap()));
        assert!(selection.shadow_prices().iter().all(|price| price.is_finite() && *price >= 0.0));
    }
}

/// Small problems in whole numbers, so that sums are exact and ties abound.
fn problems() -> impl Strategy<Value = Problem> {
    (1_usize..6, 1_usize..4, 0_usize..4).prop_flat_map(|(rows, treatments, capacities)| {
        let gains = prop::collection::vec(
            prop::collection::vec((-3_i32..20).prop_map(f64::from), rows),
            treatments,
        );
        let uses = prop::collection::vec(
            prop::collection::vec(
                prop::collection::vec((0_i32..5).prop_map(f64::from), rows),
                treatments,
            ),
            capacities,
        );
        let amounts = prop::collection::vec((0_i32..12).prop_map(f64::from), capacities);
        (gains, uses, amounts).prop_map(|(gains, uses, capacities)| Problem {
            gains,
            uses,
            capacities,
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn small_problems_are_solved_within_the_stated_gap(problem in problems()) {
        let selection = problem.choices().unwrap().select(Threads::ONE).unwrap();
        problem.check(&selection);
        let best = problem.best(0, &mut problem.capacities.clone());
        prop_assert!(selection.gain() <= best);
        prop_assert!(selection.bound() >= best * (1.0 - 1e-12), "{} < {best}", selection.bound());
        if problem.capacities.is_empty() {
            prop_assert_eq!(selection.gain(), best);
            prop_assert_eq!(selection.gap(), 0.0);
        }
    }
}

/// A shop: correlated gains, calls and letters by number, offers by what they cost.
fn shop(rows: usize, capacities: &[f64]) -> Problem {
    let mut random = Random::new(7);
    let mut problem = Problem {
        gains: vec![Vec::new(); 6],
        uses: vec![vec![Vec::new(); 6]; capacities.len()],
        capacities: capacities.to_vec(),
    };
    for _ in 0..rows {
        let value = random.gamma(0.7, 0.01);
        for treatment in 0..6 {
            let gain = value * random.beta(1.0, 4.0) - 2.0;
            problem.gains[treatment].push(gain);
            for (r, uses) in problem.uses.iter_mut().enumerate() {
                let takes = treatment % capacities.len() == r;
                let amount = if r == 0 { 1.0 } else { 0.1 * value + 0.5 };
                uses[treatment].push(if takes { amount } else { 0.0 });
            }
        }
    }
    problem
}

#[test]
fn large_problems_have_a_small_gap_whatever_the_number_of_capacities() {
    let rows = 60_000;
    let shares: [&[f64]; 4] =
        [&[250.0], &[250.0, 5000.0], &[600.0, 9000.0, 1e9], &[250.0, 1e4, 20.0, 3e3]];
    for capacities in shares {
        let problem = shop(rows, capacities);
        let choices = problem.choices().unwrap();
        let selection = choices.select(Threads::new(2)).unwrap();
        problem.check(&selection);
        assert!(selection.gap() < 1e-3, "{capacities:?}: gap {}", selection.gap());
        assert_eq!(selection, choices.select(Threads::ONE).unwrap());
        for ((used, capacity), price) in
            selection.used().iter().zip(capacities).zip(selection.shadow_prices())
        {
            assert_eq!(*price > 0.0, used / capacity > 0.9, "{used} of {capacity} at {price}");
        }
    }
}

#[test]
fn a_shadow_price_is_the_gain_of_one_more_unit() {
    let gain = |calls: f64| shop(20_000, &[calls]).choices().unwrap().select(Threads::ONE).unwrap();
    let (fewer, more) = (gain(250.0), gain(251.0));
    let (price, gained) = (fewer.shadow_prices()[0], more.gain() - fewer.gain());
    assert!(fewer.gap() < 1e-12, "unit uses of one capacity are solved exactly");
    assert!(gained <= price * (1.0 + 1e-12) && gained > 0.9 * price, "{gained} against {price}");
}

#[test]
fn customers_who_are_all_alike_share_what_there_is() {
    for capacities in [vec![250.0], vec![250.0, 100.0]] {
        let problem = Problem {
            gains: vec![vec![10.0; 5000], vec![4.0; 5000]],
            uses: capacities
                .iter()
                .enumerate()
                .map(|(r, _)| (0..2).map(|t| vec![f64::from(u8::from(t == r)); 5000]).collect())
                .collect(),
            capacities: capacities.clone(),
        };
        let selection = problem.choices().unwrap().select(Threads::ONE).unwrap();
        problem.check(&selection);
        let others = if capacities.len() == 1 { 4750.0 } else { 100.0 };
        assert_eq!(selection.gain(), 2500.0 + 4.0 * others);
        assert!(selection.gap() < 1e-6, "gap {}", selection.gap());
    }
}

#[test]
fn the_ranking_has_the_largest_gains_first() {
    let problem = shop(500, &[50.0]);
    let selection = problem.choices().unwrap().select(Threads::ONE).unwrap();
    let ranked = selection.ranked();
    assert_eq!(ranked.len(), selection.choice().iter().flatten().count());
    assert!(ranked.windows(2).all(|two| selection.gains()[two[0]] >= selection.gains()[two[1]]));
}

#[test]
fn what_cannot_be_a_problem_is_refused() {
    let calls = Capacity::new("calls", 2.0).unwrap();
    let refused = |gains: &[Column<'_, [f64]>], uses: &[&[Use<'_>]]| {
        Choices::new(gains, std::slice::from_ref(&calls), uses).unwrap_err().to_string()
    };
    let same: &[&[Use<'_>]] = &[&[Use::Same(1.0)]];
    for bad in [f64::NAN, f64::INFINITY, -1e51] {
        let gains = [1.0, bad];
        let error = refused(&[Column::new("call", &gains[..])], same);
        let expected = "column \"call\", row 1: must be from -1e50 to 1e50, got";
        assert!(error.starts_with(expected), "{error}");
    }
    let gains = [Column::new("call", &[1.0, 2.0][..])];
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        let error = refused(&gains, &[&[Use::Same(bad)]]);
        assert!(error.starts_with("use must be finite and >= 0"), "{error}");
        let error = refused(&gains, &[&[Use::PerCustomer(&[0.0, bad])]]);
        assert!(error.starts_with("column \"use of calls\", row 1"), "{error}");
        assert!(Capacity::new("calls", bad).is_err());
    }
    assert!(refused(&[], &[&[]]).contains("is empty"));
    assert!(refused(&[Column::new("call", &[][..])], same).contains("is empty"));
    assert!(refused(&gains, &[]).contains("\"uses\" has 0 rows, but 1 are expected"));
    assert!(refused(&gains, &[&[]]).contains("\"uses of calls\" has 0 rows"));
    let short = &[&[Use::PerCustomer(&[1.0])][..]];
    assert!(refused(&gains, short).contains("has 1 rows, but 2 are expected"));
    let twice = [gains[0], Column::new("letter", &[1.0][..])];
    assert!(refused(&twice, same).contains("\"letter\" has 1 rows"));
    let two = [calls.clone(), calls.clone()];
    let error = Choices::new(&gains, &two, &[same[0], same[0]]).unwrap_err().to_string();
    assert_eq!(error, "treatments: the capacity \"calls\" stands twice");
}

#[test]
fn nothing_worth_doing_and_nothing_to_do_it_with() {
    let nothing = Problem {
        gains: vec![vec![0.0, -5.0]],
        uses: vec![vec![vec![1.0; 2]]],
        capacities: vec![1.0],
    };
    let selection = nothing.choices().unwrap().select(Threads::ONE).unwrap();
    assert_eq!((selection.gain(), selection.bound(), selection.gap()), (0.0, 0.0, 0.0));
    for capacities in [vec![0.0], vec![0.0, 0.0]] {
        let uses = vec![vec![vec![1.0, 0.0]]; capacities.len()];
        let without = Problem { gains: vec![vec![9.0, 5.0]], uses, capacities };
        let selection = without.choices().unwrap().select(Threads::ONE).unwrap();
        without.check(&selection);
        assert_eq!(selection.choice(), [None, Some(0)]);
        assert_eq!(selection.gap(), 0.0);
    }
}

/// What one more unit of next to nothing is worth is beyond numbers; what is gained is not.
#[test]
fn next_to_nothing_to_give_has_no_price_and_a_bound() {
    for next_to_nothing in [2.3e-308, 5e-324, 1e-51] {
        for capacities in [vec![next_to_nothing], vec![3.0, next_to_nothing]] {
            let uses = vec![vec![vec![next_to_nothing; 3], vec![0.0; 3]]; capacities.len()];
            let gains = vec![vec![9.0, 5.0, 7.0], vec![1.0, 2.0, 3.0]];
            let problem = Problem { gains, uses, capacities };
            let selection = problem.choices().unwrap().select(Threads::ONE).unwrap();
            problem.check(&selection);
            assert!(selection.bound().is_finite() && selection.gap().is_finite());
            assert!(selection.shadow_prices().iter().all(|price| price.is_finite()));
        }
    }
}
