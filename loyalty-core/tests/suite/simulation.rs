//! Simulated shops: their books balance, their truth is what their rows show, and the number of
//! threads changes nothing.

use loyalty_core::Error;
use loyalty_core::estimation::FitOptions;
use loyalty_core::orders::ContactExposure;
use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::BgNbd;
use loyalty_core::simulate::{Scenario, ScenarioOptions, Shop, ShopOptions};
use loyalty_core::summary::SummaryOptions;
use statrs::distribution::{
    ChiSquared, ContinuousCDF as _, Discrete as _, DiscreteCDF as _, Poisson,
};

fn shop(set: &[(&str, f64)]) -> Shop {
    simulate(ShopOptions::default(), set)
}

fn simulate(mut options: ShopOptions, set: &[(&str, f64)]) -> Shop {
    for (name, value) in set {
        options.set(name, *value).unwrap();
    }
    Shop::simulate(&options, Threads::default()).unwrap()
}

/// Σ of `value` over the lines, by customer.
fn by_customer(shop: &Shop, value: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut sums = vec![0.0; shop.truth.customer.len()];
    for (row, &customer) in shop.lines.customer.iter().enumerate() {
        sums[usize::try_from(customer).unwrap()] += value(row);
    }
    sums
}

/// Σ part / Σ whole over the customers chosen.
fn ratio(part: &[f64], whole: &[f64], chosen: impl Fn(usize) -> bool) -> f64 {
    let sum = |values: &[f64]| {
        values.iter().enumerate().filter(|(row, _)| chosen(*row)).map(|(_, v)| v).sum::<f64>()
    };
    sum(part) / sum(whole)
}

fn close(got: f64, expected: f64, tolerance: f64) {
    assert!((got / expected - 1.0).abs() < tolerance, "{got} instead of {expected}");
}

#[test]
fn the_number_of_threads_and_no_other_option_leaves_a_shop_alone() {
    let mut options = ShopOptions::default();
    options.customers = 9000;
    options.days = 300;
    options.acquisition_days = 100;
    let one = Shop::simulate(&options, Threads::ONE).unwrap();
    // NaN differs from itself, and customers without a budget have one.
    let shown = |shop: &Shop| format!("{shop:?}");
    let text = shown(&one);
    assert_eq!(text, shown(&Shop::simulate(&options, Threads::new(3)).unwrap()));
    options.seed = 1;
    let other = Shop::simulate(&options, Threads::ONE).unwrap();
    assert_ne!(one.lines.amount, other.lines.amount);
}

#[test]
fn the_books_balance() {
    let shop = shop(&[("customers", 3000.0), ("coupon_rate", 0.3)]);
    let lines = &shop.lines;
    let (first, last) = (19_723, 19_723 + 729);
    for row in 0..lines.order.len() {
        let off = lines.discount[row] + lines.maker_discount[row] + lines.coupon[row];
        assert!((lines.list_amount[row] - off - lines.amount[row]).abs() < 1e-9);
        assert!(lines.amount[row] >= 0.0 && lines.list_amount[row] > 0.0);
        assert!((lines.cost[row] / lines.list_amount[row] - 0.7).abs() < 1e-12);
        assert!((first..=last).contains(&lines.time[row]));
        let returned = lines.return_time[row] != i64::MIN;
        assert_eq!(lines.returned_amount[row], if returned { lines.amount[row] } else { 0.0 });
        assert!(!returned || (lines.time[row] + 1..=last).contains(&lines.return_time[row]));
        assert!((0.0..=0.5).contains(&lines.offered_depth[row]));
    }
    assert!(lines.time.is_sorted() && shop.contacts.time.is_sorted() && lines.order.is_sorted());
    let same_order = |row: &usize| lines.order[*row] == lines.order[row + 1];
    for row in (0..lines.order.len() - 1).filter(same_order) {
        assert_eq!(lines.customer[row], lines.customer[row + 1]);
        assert_eq!(lines.time[row], lines.time[row + 1]);
    }
    let first_orders = by_customer(&shop, |_| 1.0);
    assert!(first_orders.iter().all(|&lines| lines >= 1.0));
}

#[test]
fn the_purchase_process_is_the_bg_nbd() {
    let shop = shop(&[
        ("customers", 20_000.0),
        ("budget_share", 0.0),
        ("acquisition_days", 30.0),
        ("a", 0.8),
        ("b", 2.4),
    ]);
    let orders = Orders::new(
        &OrderColumns {
            customer: Column::new("customer", &shop.lines.customer[..]).into(),
            time: Column::new("time", &shop.lines.time),
            scale: TimeScale::Days,
            amount: None,
        },
        Invalid::Raise,
    )
    .unwrap();
    let mut options = SummaryOptions::default();
    options.unit = loyalty_core::time::Unit::Day;
    let fit = BgNbd::fit(&orders.summarize(&options).unwrap(), &FitOptions::default()).unwrap();
    // Orders of one day are one purchase, which takes a little off the rate.
    close(fit.model.r(), 1.5, 0.1);
    close(fit.model.alpha(), 50.0, 0.1);
    close(fit.model.a(), 0.8, 0.1);
    close(fit.model.b(), 2.4, 0.1);
}

#[test]
fn return_rates_are_what_the_lines_show() {
    let shop = shop(&[("customers", 20_000.0), ("reverser_share", 0.2), ("return_lag", 2.0)]);
    let (lines, truth) = (&shop.lines, &shop.truth);
    let expected: f64 = lines.return_probability.iter().sum();
    let returned = lines.return_time.iter().filter(|&&time| time != i64::MIN).count() as f64;
    // A few returns come after the end.
    close(returned, expected, 0.02);
    let counts = by_customer(&shop, |_| 1.0);
    let rates = by_customer(&shop, |row| lines.return_probability[row]);
    let rows = 0..truth.customer.len();
    let predicted: Vec<f64> = rows.map(|row| counts[row] * truth.return_rate[row]).collect();
    for reverser in [false, true] {
        let chosen = |row: usize| truth.revenue_reverser[row] == reverser;
        close(ratio(&rates, &predicted, chosen), 1.0, 0.02);
    }
    let share = truth.revenue_reverser.iter().filter(|&&label| label).count() as f64 / 20_000.0;
    close(share, 0.2, 0.06);
}

#[test]
fn returns_of_one_order_come_together() {
    let together = |spread: f64| {
        let shop = shop(&[
            ("customers", 3000.0),
            ("order_return_spread", spread),
            ("return_spread", 0.0),
            ("product_return_spread", 0.0),
            ("reverser_share", 0.0),
            ("return_rate", 0.3),
            ("return_lag", 1.0),
        ]);
        let lines = &shop.lines;
        let back = |row: usize| f64::from(u8::from(lines.return_time[row] != i64::MIN));
        let rows = lines.order.len();
        let mean = (0..rows).map(back).sum::<f64>() / rows as f64;
        let pairs: Vec<usize> =
            (0..rows - 1).filter(|&row| lines.order[row] == lines.order[row + 1]).collect();
        let product = |&row: &usize| (back(row) - mean) * (back(row + 1) - mean);
        pairs.iter().map(product).sum::<f64>() / pairs.len() as f64 / (mean * (1.0 - mean))
    };
    assert!(together(0.0).abs() < 0.03);
    assert!(together(1.0) > 0.12);
}

#[test]
fn discount_depth_and_selection_are_what_the_lines_show() {
    let shop = shop(&[("customers", 20_000.0), ("maximizer_share", 0.2)]);
    let (lines, truth) = (&shop.lines, &shop.truth);
    let (discount, list) = (
        by_customer(&shop, |row| lines.discount[row]),
        by_customer(&shop, |row| lines.list_amount[row]),
    );
    let reduced = |row: usize| lines.discount[row] + lines.maker_discount[row] > 0.0;
    let promoted = by_customer(&shop, |row| f64::from(u8::from(reduced(row))));
    let count = by_customer(&shop, |_| 1.0);
    let rows = 0..truth.customer.len();
    let predicted: Vec<f64> = rows.map(|row| list[row] * truth.discount_depth[row]).collect();
    for maximizer in [false, true] {
        let chosen = |row: usize| truth.promotion_maximizer[row] == maximizer;
        close(ratio(&discount, &predicted, chosen), 1.0, 0.03);
    }
    let selection = |maximizer: bool| {
        let chosen = |row: usize| truth.promotion_maximizer[row] == maximizer;
        (
            ratio(&promoted, &count, chosen),
            ratio(&truth.promotion_selection, &vec![1.0; count.len()], chosen),
        )
    };
    let ((seen_by, by), (seen_other, other)) = (selection(true), selection(false));
    close(seen_by / seen_other, by / other, 0.04);
    assert!(by > 2.0 * other);
}

/// Whoever fills every order to the same amount has the most at list price where most is taken off.
#[test]
fn baskets_filled_to_a_threshold_have_the_depth_of_their_truth() {
    for scenario in [Scenario::Calm, Scenario::Threshold] {
        let mut options = ScenarioOptions::default();
        (options.scenario, options.customers, options.seed) = (scenario, 6000, 2);
        let shop = Shop::of_scenario(&options, Threads::default()).unwrap();
        let (mut taken, mut expected) = (0.0, 0.0);
        for line in 0..shop.lines.customer.len() {
            let customer = usize::try_from(shop.lines.customer[line]).unwrap();
            taken += shop.lines.discount[line];
            expected += shop.lines.list_amount[line] * shop.truth.discount_depth[customer];
        }
        close(taken / expected, 1.0, 0.04);
    }
}

#[test]
fn contacts_are_what_the_rates_say() {
    for exposure in [ContactExposure::Orders, ContactExposure::Revenue, ContactExposure::Months] {
        let mut options = ShopOptions::default();
        options.contact_exposure = exposure;
        let shop = simulate(options, &[("customers", 10_000.0), ("contact_cost_spread", 0.0)]);
        let truth = &shop.truth;
        let mut own = vec![0.0; truth.customer.len()];
        let mut firm = 0.0;
        for (row, &customer) in shop.contacts.customer.iter().enumerate() {
            assert_eq!(shop.contacts.cost[row], 6.0);
            if shop.contacts.firm_caused[row] {
                firm += 1.0;
            } else {
                own[usize::try_from(customer).unwrap()] += 6.0;
            }
        }
        let years = |row: usize| (730 - (truth.first_order[row] - 19_723)) as f64 / 365.25;
        // Against a customer of mean rate: their exposure follows from their own contacts.
        let predicted: Vec<f64> = (0..own.len())
            .map(|row| {
                let above = truth.contact_rate[row] - 0.15;
                truth.service_impact[row] * years(row) * truth.contact_rate[row] / above
            })
            .collect();
        for demander in [false, true] {
            let chosen = |row: usize| truth.service_demander[row] == demander;
            // Contacts after the end are not seen.
            close(ratio(&own, &predicted, chosen), 1.0, 0.06);
        }
        let orders = (shop.lines.order.last().unwrap() + 1) as f64;
        close(firm, 0.05 * orders, 0.06);
    }
}

/// Everybody orders first on the first day and has one rate, so that the numbers of contacts that
/// customers cause are independent draws of one Poisson distribution.
fn counts_of_contacts(rate: f64, customers: u32) -> (Vec<u32>, f64) {
    let mut options = ShopOptions::null();
    options.contact_exposure = ContactExposure::Months;
    options.customers = customers;
    options.acquisition_days = 1;
    options.contact_rate = rate;
    let shop = Shop::simulate(&options, Threads::default()).unwrap();
    assert!(shop.truth.contact_rate.iter().all(|&own| own == rate));
    let mut counts = vec![0; shop.truth.customer.len()];
    let rows = shop.contacts.customer.iter().zip(&shop.contacts.firm_caused);
    for (&customer, _) in rows.filter(|(_, firm_caused)| !**firm_caused) {
        counts[usize::try_from(customer).unwrap()] += 1;
    }
    (counts, rate * f64::from(options.days) / 30.4375)
}

/// Pearson's χ² of the numbers of contacts against the Poisson distribution of the truth, by statrs.
#[test]
fn contacts_have_the_distribution_of_the_truth() {
    let (counts, mean) = counts_of_contacts(0.15, 20_000);
    let truth = Poisson::new(mean).unwrap();
    let most = 11_u32;
    let mut seen = vec![0.0; most as usize + 1];
    counts.iter().for_each(|&count| seen[count.min(most) as usize] += 1.0);
    let share = |n: u32| if n < most { truth.pmf(n.into()) } else { truth.sf(u64::from(n) - 1) };
    let term = |(n, seen): (u32, f64)| {
        let expected = share(n) * counts.len() as f64;
        (seen - expected) * (seen - expected) / expected
    };
    let statistic: f64 = (0..).zip(seen).map(term).sum();
    let p = ChiSquared::new(most.into()).unwrap().sf(statistic);
    assert!(p > 1e-4, "{statistic} at {most} degrees, p {p}");
}

/// The index of dispersion, Σ (n − m)²/m, is χ² with as many degrees as customers.
#[test]
fn thousands_of_contacts_have_the_distribution_of_the_truth_too() {
    let (counts, mean) = counts_of_contacts(100.0, 300);
    assert!(mean > 2000.0);
    let square = |&count: &u32| (f64::from(count) - mean) * (f64::from(count) - mean) / mean;
    let statistic: f64 = counts.iter().map(square).sum();
    let p = ChiSquared::new(counts.len() as f64).unwrap().cdf(statistic);
    assert!((1e-4..1.0 - 1e-4).contains(&p), "{statistic} at {} degrees, p {p}", counts.len());
}

#[test]
fn budgets_are_kept() {
    let shop = shop(&[("customers", 4000.0), ("budget_share", 0.3), ("budget_noise", 0.0)]);
    let (lines, truth) = (&shop.lines, &shop.truth);
    let periods = 730_usize.div_ceil(28);
    let mut spent = vec![0.0; truth.customer.len() * periods];
    for (row, &customer) in lines.customer.iter().enumerate() {
        let period = usize::try_from(lines.time[row] - 19_723).unwrap() / 28;
        spent[usize::try_from(customer).unwrap() * periods + period] += lines.amount[row];
    }
    let (mut kept, mut whole) = (0, 0);
    for row in (0..truth.customer.len()).filter(|&row| truth.fixed_budget[row]) {
        let first = usize::try_from(truth.first_order[row] - 19_723).unwrap() / 28;
        // Whole periods in which the customer bought.
        let bought = (first + 1..periods - 1).map(|period| spent[row * periods + period]);
        for paid in bought.filter(|&paid| paid > 0.0) {
            whole += 1;
            kept += usize::from((paid / truth.budget[row] - 1.0).abs() < 0.01);
        }
    }
    // Now and then a basket would have to be five times dearer or cheaper.
    assert!(whole > 5000 && kept * 10 > whole * 9, "{kept} of {whole}");
    let without = (0..truth.customer.len()).filter(|&row| !truth.fixed_budget[row]);
    assert!(
        without
            .into_iter()
            .all(|row| truth.budget[row].is_nan() && truth.budget_impact[row] == 0.0)
    );
}

#[test]
fn in_the_null_shop_everybody_is_alike() {
    let truth = simulate(ShopOptions::null(), &[("customers", 2000.0)]).truth;
    for trait_ in [&truth.contact_rate, &truth.return_rate, &truth.discount_depth] {
        assert!(trait_.iter().all(|value| *value == trait_[0]));
    }
    for label in [&truth.service_demander, &truth.revenue_reverser, &truth.fixed_budget] {
        assert!(label.iter().all(|label| !label));
    }
    for impact in [&truth.service_impact, &truth.reversal_impact, &truth.promotion_impact] {
        assert!(impact.iter().all(|impact| impact.abs() < 1e-9));
    }
    assert!(truth.promotion_selection.iter().all(|selection| (selection - 1.0).abs() < 1e-12));
}

#[test]
fn options_at_the_ends_of_their_domains_give_a_shop() {
    let shop = shop(&[
        ("customers", 300.0),
        ("days", 1.0),
        ("acquisition_days", 1.0),
        ("categories", 1.0),
        ("products", 1.0),
        ("breadth", 1.0),
        ("lines_per_order", 1.0),
        ("offered_share", 1.0),
        ("shallowest_offer", 1.0),
        ("deepest_offer", 1.0),
        ("coupon_rate", 1.0),
        ("return_rate", 0.999),
        ("demander_effect", 0.0),
        ("seeking", 1.0),
    ]);
    assert!(shop.lines.amount.iter().all(|&amount| amount == 0.0));
    let truth = &shop.truth;
    for values in [&truth.return_rate, &truth.discount_depth, &truth.promotion_selection] {
        assert!(values.iter().all(|value| value.is_finite()));
    }
}

#[test]
fn options_outside_their_domains_are_refused() {
    let refused = |name: &str, value: f64| {
        let mut options = ShopOptions::default();
        let error = options.set(name, value).unwrap_err();
        assert_eq!(options, ShopOptions::default(), "{name} was set");
        error.to_string()
    };
    for name in ShopOptions::NAMES {
        for value in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(refused(name, value).starts_with(&format!("{name} must be ")));
        }
    }
    assert_eq!(refused("margin", 1.5), "margin must be from 0 to 1, got 1.5");
    let whole = "customers must be a whole number from 1 to 100000000, got 0.5";
    assert_eq!(refused("customers", 0.5), whole);
    assert!(matches!(
        ShopOptions::default().set("share", 0.5),
        Err(Error::Choice { name: "option of a shop", .. })
    ));
    let contradictions = [
        ("acquisition_days", 731.0, "at most days"),
        ("breadth", 21.0, "at most categories"),
        ("products", 19.0, ""),
        ("shallowest_offer", 0.6, "at most deepest_offer"),
    ];
    for (name, value, expected) in contradictions {
        let mut options = ShopOptions::default();
        options.set(name, value).unwrap();
        let error = Shop::simulate(&options, Threads::ONE).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    // A field set past `set` is checked too.
    let mut options = ShopOptions::default();
    options.margin = f64::NAN;
    assert!(Shop::simulate(&options, Threads::ONE).is_err());
    assert!("weeks".parse::<ContactExposure>().is_err());
}
