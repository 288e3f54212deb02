//! From lives of the second family to columns and truth.

use std::collections::BTreeMap;

use super::life::{CONTACT_COST, Life, ORDINARY_CONTACTS, ORDINARY_RETURN, ORDINARY_SEEKING};
use super::stock::{CATEGORIES, Stock};
use crate::math::cast::whole;
use crate::simulate::columns::{Shop, SimulatedContacts, SimulatedLines};
use crate::simulate::truth::SimulatedTruth;
use crate::time::Unit;

/// The first day, counted from 1970-01-01: 2024-01-01.
const START: i64 = 19_723;
const HANDLING: f64 = 3.0;
const MARKDOWN: f64 = 0.1;
const CATEGORY_COST: f64 = 8.0;

pub(super) fn shop(stock: &Stock, lives: &[Life]) -> Shop {
    Shop { lines: lines(stock, lives), contacts: contacts(lives), truth: truth(stock, lives) }
}

fn cents(amount: f64) -> f64 {
    whole(amount * 100.0 + 0.5) as f64 / 100.0
}

fn lines(stock: &Stock, lives: &[Life]) -> SimulatedLines {
    let mut rows: Vec<(usize, usize)> = lives
        .iter()
        .enumerate()
        .flat_map(|(who, life)| (0..life.lines.len()).map(move |n| (who, n)))
        .collect();
    let line = |&(who, n): &(usize, usize)| &lives[who].lines[n];
    rows.sort_by_key(|row| (line(row).day, row.0, line(row).order));
    let mut columns = SimulatedLines::default();
    let (mut number, mut last) = (-1, None);
    for row in &rows {
        let bought = line(row);
        if last != Some((row.0, bought.order)) {
            (number, last) = (number + 1, Some((row.0, bought.order)));
        }
        let list = cents(bought.list).max(0.01);
        let discount = cents(list * bought.depth);
        let coupon = cents((list - discount) * bought.coupon);
        let amount = cents(list - discount - coupon);
        columns.order.push(number);
        columns.customer.push(id(row.0));
        columns.product.push(id(bought.product));
        columns.category.push(id(Stock::category(bought.product)));
        columns.time.push(START + i64::from(bought.day));
        columns.quantity.push(1.0);
        columns.list_amount.push(list);
        columns.discount.push(discount);
        columns.maker_discount.push(0.0);
        columns.coupon.push(coupon);
        columns.offered_depth.push(stock.offered_depth(bought.day, bought.product));
        columns.amount.push(amount);
        columns.cost.push(list * (1.0 - stock.features.margin));
        columns.returned_amount.push(bought.return_day.map_or(0.0, |_| amount));
        columns.return_time.push(bought.return_day.map_or(i64::MIN, |day| START + i64::from(day)));
        columns.return_probability.push(bought.return_probability);
    }
    columns
}

fn contacts(lives: &[Life]) -> SimulatedContacts {
    let each = |(who, life): (usize, &Life)| {
        life.contacts.iter().map(move |&call| (call.0, who, call)).collect::<Vec<_>>()
    };
    let mut calls: Vec<_> = lives.iter().enumerate().flat_map(each).collect();
    calls.sort_by_key(|&(day, who, _)| (day, who));
    SimulatedContacts {
        customer: calls.iter().map(|call| id(call.1)).collect(),
        time: calls.iter().map(|call| START + i64::from(call.0)).collect(),
        cost: calls.iter().map(|call| cents(call.2.1)).collect(),
        firm_caused: calls.iter().map(|call| call.2.2).collect(),
    }
}

fn id(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn truth(stock: &Stock, lives: &[Life]) -> SimulatedTruth {
    // The return rate of a kind, worked out once.
    let mut returns: BTreeMap<u64, f64> = BTreeMap::new();
    let bought_by = [false, true].map(|in_sales_only| stock.bought(in_sales_only));
    let filled = (stock.features.to_threshold > 0.0).then(|| stock.filled());
    let mut truth = SimulatedTruth::default();
    let coupon_weeks = stock.coupon_week.iter().filter(|sent| **sent).count() as f64;
    let coupon_share = coupon_weeks / stock.coupon_week.len() as f64;
    let usual_return = stock.return_rate(ORDINARY_RETURN);
    let usual_depth = bought_by[0].discount(ORDINARY_SEEKING)[0];
    for (who, life) in lives.iter().enumerate() {
        let kind = &life.kind;
        let years = f64::from(stock.days - life.first_day) / Unit::Year.days();
        let return_rate = *returns
            .entry(kind.return_effect.to_bits())
            .or_insert_with(|| stock.return_rate(kind.return_effect));
        let bought_so = &bought_by[usize::from(kind.in_sales_only)];
        let [depth, selection] = match &filled {
            Some(filled) if life.fills => filled.discount(kind.seeking, bought_so),
            _ => bought_so.discount(kind.seeking),
        };
        let mut bought = [false; CATEGORIES];
        let (mut list, mut at_stake) = (0.0, 0.0);
        for line in &life.lines {
            bought[Stock::category(line.product)] = true;
            let margin = line.paid() - line.list * (1.0 - stock.features.margin);
            list += line.list;
            at_stake += margin + MARKDOWN * line.paid() + HANDLING;
        }
        let categories = bought.iter().filter(|bought| **bought).count() as f64;
        let orders = life.lines.chunk_by(|a, b| a.order == b.order).count() as f64;
        let limited = life.budget > 0.0;
        truth.customer.push(id(who));
        truth.first_order.push(START + i64::from(life.first_day));
        truth.alive.push(true);
        truth.purchase_rate.push(life.orders_a_year);
        truth.dropout.push(0.0);
        truth.categories.push(id(bought.iter().filter(|bought| **bought).count()));
        truth.contact_rate.push(kind.contacts);
        truth.return_rate.push(return_rate);
        truth.discount_depth.push(depth);
        truth.promotion_selection.push(selection);
        truth.coupon_rate.push(coupon_share * kind.coupon);
        truth.budget.push(if limited { life.budget } else { f64::NAN });
        truth.service_demander.push(kind.demander);
        truth.revenue_reverser.push(kind.reverser);
        truth.promotion_maximizer.push(kind.seeking > 0.75 || kind.in_sales_only);
        truth.fixed_budget.push(limited);
        truth
            .service_impact
            .push((kind.contacts - ORDINARY_CONTACTS) * orders * CONTACT_COST / years);
        truth.reversal_impact.push((return_rate - usual_return) * at_stake / years);
        truth.promotion_impact.push((depth - usual_depth) * list / years);
        let further = if limited { categories - 1.0 } else { 0.0 };
        truth.budget_impact.push(further * CATEGORY_COST);
    }
    truth
}
