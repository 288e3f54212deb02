//! A shop of some hundred thousand lines, and customers of whom no two are alike.

use std::ops::Range;
use std::sync::LazyLock;

use loyalty_core::orders::{
    Column, ContactColumns, Invalid, LineColumns, OrderColumns, OrderLines, TimeScale,
};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, PurchaseModel};
use loyalty_core::simulate::{Shop, ShopOptions, SimulatedLines};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, SummaryColumns};
use loyalty_core::time::Unit;

/// The number of strangers: where it is doubled that grows, little more than a power of two takes most.
pub(crate) const ROWS: usize = (1 << 17) + 9000;

pub(crate) static SHOP: LazyLock<Shop> = LazyLock::new(|| {
    let mut options = ShopOptions::default();
    (options.customers, options.days) = (10_000, 500);
    Shop::simulate(&options, Threads::default()).unwrap()
});

/// Ids as text.
pub(crate) fn names(ids: &[i64]) -> Vec<String> {
    ids.iter().map(|id| format!("customer-of-a-shop-{id:016}")).collect()
}

pub(crate) fn order_columns<'a>(
    lines: &'a SimulatedLines,
    names: Option<&'a Vec<String>>,
) -> OrderColumns<'a> {
    let ids = Column::new("customer", &lines.customer[..]).into();
    OrderColumns {
        customer: names.map_or(ids, |names| Column::new("customer", names).into()),
        time: Column::new("day", &lines.time),
        scale: TimeScale::Days,
        amount: Some(Column::new("amount", &lines.amount)),
    }
}

/// Lines with all that a ledger reads.
pub(crate) fn ledger_columns<'a>(
    lines: &'a SimulatedLines,
    came_back: &'a [bool],
) -> LineColumns<'a> {
    let customer = Column::new("customer", &lines.customer[..]).into();
    let mut columns = LineColumns::new(customer, Column::new("day", &lines.time), TimeScale::Days)
        .with_amount(Column::new("amount", &lines.amount));
    columns.order = Some(Column::new("order", &lines.order[..]).into());
    columns.product = Some(Column::new("product", &lines.product[..]).into());
    columns.category = Some(Column::new("category", &lines.category[..]).into());
    columns.list_amount = Some(Column::new("list_amount", &lines.list_amount));
    columns.discount = Some(Column::new("discount", &lines.discount));
    columns.maker_discount = Some(Column::new("maker_discount", &lines.maker_discount));
    columns.coupon = Some(Column::new("coupon", &lines.coupon));
    columns.offered_depth = Some(Column::new("offered_depth", &lines.offered_depth));
    columns.cost = Some(Column::new("cost", &lines.cost));
    columns.returned_amount = Some(Column::new("returned_amount", &lines.returned_amount));
    columns.return_time =
        Some(Column::new("returned_on", &lines.return_time[..]).with_present(Some(came_back)));
    columns
}

pub(crate) fn contact_columns() -> ContactColumns<'static> {
    let calls = &SHOP.contacts;
    ContactColumns {
        customer: Column::new("customer", &calls.customer[..]).into(),
        time: Column::new("day", &calls.time),
        scale: TimeScale::Days,
        cost: Column::new("cost", &calls.cost),
        firm_caused: Some(Column::new("our_fault", &calls.firm_caused)),
        opted_out: None,
    }
}

/// The first three hundred days of the lines, of which returns are known, or those after.
pub(crate) struct ReturnRows {
    pub(crate) rows: Range<usize>,
    pub(crate) line: Vec<i64>,
    price: Vec<f64>,
    back: Option<Vec<f64>>,
}

impl ReturnRows {
    pub(crate) fn known() -> Self {
        let (lines, cut) = (&SHOP.lines, Self::cut());
        let known = |&on: &i64| f64::from(u8::from(on != i64::MIN && on < lines.time[cut]));
        let back = lines.return_time[..cut].iter().map(known).collect();
        Self { back: Some(back), ..Self::of(0..cut) }
    }

    pub(crate) fn later() -> Self {
        Self::of(Self::cut()..SHOP.lines.time.len())
    }

    fn cut() -> usize {
        let time = &SHOP.lines.time;
        time.partition_point(|&day| day < time[0] + 300)
    }

    fn of(rows: Range<usize>) -> Self {
        let lines = &SHOP.lines;
        Self {
            line: (0..).take(rows.end).skip(rows.start).collect(),
            price: rows.clone().map(|row| lines.list_amount[row] / lines.quantity[row]).collect(),
            back: None,
            rows,
        }
    }

    pub(crate) fn columns(&self) -> LineColumns<'_> {
        let (lines, rows) = (&SHOP.lines, self.rows.clone());
        let customer = Column::new("customer", &lines.customer[rows.clone()]).into();
        let day = Column::new("day", &lines.time[rows.clone()]);
        let price = Column::new("price", &self.price[..]);
        let mut columns = LineColumns::new(customer, day, TimeScale::Days).with_price(price);
        columns.product = Some(Column::new("product", &lines.product[rows.clone()]).into());
        columns.order = Some(Column::new("order", &lines.order[rows.clone()]).into());
        columns.line = Some(Column::new("line", &self.line[..]).into());
        columns.quantity = Some(Column::new("quantity", &lines.quantity[rows.clone()]));
        columns.categories = vec![Column::new("category", &lines.category[rows.clone()]).into()];
        if let Some(back) = &self.back {
            columns.returned = Some(Column::new("returned", back));
            columns.return_time = Some(Column::new("returned_on", &lines.return_time[rows]));
        }
        columns
    }

    pub(crate) fn lines(&self) -> OrderLines {
        OrderLines::new(&self.columns(), Invalid::Raise).unwrap()
    }
}

pub(crate) fn purchases() -> BgNbd {
    BgNbd::new(0.8, 5.0, 1.0, 3.0).unwrap().with_unit(Some(Unit::Week))
}

pub(crate) fn spend() -> GammaGamma {
    GammaGamma::new(6.0, 4.0, 15.0).unwrap()
}

/// Columns of customers of whom no two have one history.
pub(crate) struct Customers {
    pub(crate) name: Vec<String>,
    x: Vec<f64>,
    bought: CustomerSummary,
    pub(crate) mean: Vec<f64>,
}

impl Customers {
    pub(crate) fn new(rows: usize) -> Self {
        let t: Vec<f64> = (0..rows).map(|row| 30.0 + 9.0 * row as f64 / rows as f64).collect();
        let bought = purchases().simulate(&t, 7, Threads::default()).unwrap();
        Self {
            name: names(&(0..).take(rows).collect::<Vec<i64>>()),
            x: bought.frequency().iter().map(|&x| f64::from(x)).collect(),
            mean: spend().simulate(&bought, 7, Threads::default()),
            bought,
        }
    }

    pub(crate) fn columns(&self) -> SummaryColumns<'_> {
        let mut columns = SummaryColumns::new(&self.x, self.bought.recency(), self.bought.t());
        columns.customer = Some(Column::new("name", &self.name).into());
        columns.monetary_value = Some(Column::new("mean", &self.mean));
        columns.total_amount = Some(Column::new("total", &self.mean));
        columns.unit = Some(Unit::Week);
        columns
    }

    pub(crate) fn summary(&self) -> CustomerSummary {
        CustomerSummary::new(&self.columns()).unwrap()
    }
}
