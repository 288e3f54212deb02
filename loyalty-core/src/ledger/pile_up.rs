//! Orders that pile up just above an amount.

/// Leading digits of amounts that shops set thresholds at.
const ROUND: [f64; 15] =
    [1.0, 1.2, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 7.5, 8.0, 9.0];

/// What is just above and below: so large a share of the amount.
const NEAR: f64 = 0.05;

/// There must be so many times as many orders just above as just below, more by so many standard deviations of
/// chance, and so large a share of all orders. Choices, of what is worth naming; of 135 amounts that are looked
/// at, chance finds none at eight standard deviations.
const TIMES: f64 = 2.0;
const DEVIATIONS: f64 = 8.0;
const SHARE: f64 = 0.03;

/// The round amount just above which most orders pile up; 0 where there is none.
pub(super) fn pile_up(mut amounts: Vec<f64>) -> f64 {
    amounts.retain(|amount| *amount > 0.0);
    amounts.sort_unstable_by(f64::total_cmp);
    let below = |limit: f64| amounts.partition_point(|amount| *amount < limit) as f64;
    let (mut most, mut found, mut decade) = (0.0, 0.0, 1e-2);
    while decade < 1e7 {
        for limit in ROUND.map(|digit| digit * decade) {
            let middle = below(limit);
            let (under, over) =
                (middle - below((1.0 - NEAR) * limit), below((1.0 + NEAR) * limit) - middle);
            let excess = over - under;
            let far = excess >= DEVIATIONS * (over + under).sqrt() && over >= TIMES * under;
            if far && over >= SHARE * amounts.len() as f64 && excess > most {
                (most, found) = (excess, limit);
            }
        }
        decade *= 10.0;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn baskets_filled_to_a_threshold_are_found_and_smooth_amounts_are_not() {
        let smooth: Vec<f64> = (1..20_000).map(|n| 1000.0 * f64::from(n) / 20_000.0).collect();
        assert_eq!(pile_up(smooth.clone()), 0.0);
        let filled = |amount: f64| if (42.0..50.0).contains(&amount) { 50.5 } else { amount };
        let mut amounts: Vec<f64> = (1..4000).map(|n| f64::from(n) / 20.0).map(filled).collect();
        assert_eq!(pile_up(amounts.clone()), 50.0);
        amounts.truncate(3);
        assert_eq!(pile_up(amounts), 0.0);
    }
}
