//! The columns of the ledger, named once for all languages.

use crate::math::columns::columns;

columns! {
    /// One customer's numbers in the ledger.
    row LedgerRow;
    /// The ledger's columns, one value per customer.
    columns LedgerColumns;
    orders: "Orders.",
    lines: "Order lines.",
    categories: "Distinct categories bought, the breadth of cross-buying; 0 without categories.",
    tenure: "Years from the first order to the end of observation.",
    revenue: "What was paid.",
    list_amount: "The same at list price.",
    cost: "Cost of the goods; 0 where it is not known.",
    discount: "Money off that the shop paid for, coupons apart.",
    maker_discount: "Money off that the makers paid back.",
    coupon: "Money off by coupons.",
    returned_amount: "What was paid back for returns.",
    return_loss: "Margin lost by returns, markdown and handling.",
    service_cost: "Cost of all service contacts.",
    marketing_cost: "Cost of marketing contacts.",
    profit: "What remains; 0 where costs and margin are not known.",
    contact_cost: "Cost of the customer's own service contacts: without those that the shop caused.",
    contact_cases: "Cases that these contacts make: those of some days are one.",
    contact_log_cost: "Sum over cases of ln(cost by the mean cost of a contact).",
    contact_log_square: "Sum of the squares of these logarithms.",
    contact_orders: "Orders after which a case began.",
    return_hits: "Lines that came back, weighted by value and thinned by the clustering within orders.",
    return_lines: "Lines that have had the time to come back, weighted and thinned alike.",
    return_expected: "Returns expected of these lines by what they are.",
    returned_lines: "Lines that came back, exchanges apart.",
    returned_line_amount: "What was paid for them.",
    return_orders: "Orders of which something came back, exchanges apart.",
    return_largest: "What was paid back for the order of which most was.",
    exchanges: "Lines sent back and taken again within days, or tried beside one that was kept.",
    depth_residual: "Sum over lines of (discount with the makers' − depth · list)², brought to the sum below.",
    list_square: "Sum of list² over lines and, by the clustering within orders, over orders.",
    offered: "The discount that these lines would have had at the mean depth on offer over the weeks since the first order.",
    selection_residual: "The same of (discount with the makers' − selection · offered)².",
    offered_square: "The same of offered².",
    reduced_orders: "Orders at a discount.",
    coupon_orders: "Orders with a coupon.",
    periods: "Whole budget periods with an order.",
    period_spend: "What was paid in these periods.",
    spend_square: "Sum of the squared spending of these periods.",
    budget_freedom: "Degrees of freedom of the dispersion.",
    dispersion: "Variance of the spending per period against that of the customer's own orders dealt out at random.",
    new_square: "Squared deviations of the spending in categories that were new to the customer.",
    new_spend: "Products of these deviations and those of all spending.",
    subscription: "1 where every order is like the last, after the same time.",
}
