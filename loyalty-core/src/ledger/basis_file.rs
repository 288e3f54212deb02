//! The basis of a ledger in files.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::basis::{Charged, LedgerBasis, LevelKeys};
use super::budget::Periods;
use super::odds::{COLUMNS, Odds};
use super::offers::Offers;
use super::returns::{LONGEST, Maturity, Rates, ReturnRates};
use super::shop::Shop;
use super::{Economics, UnusualDays};
use crate::Error;
use crate::error::{LARGEST, non_negative};
use crate::files::{FORMAT, not_json, of_kind, problem, read_with, write_whole};
use crate::orders::{Given, IdKind};
use crate::returns::{hexadecimal, keys_of};
use crate::time::{Occasion, RANGE};

/// The version of the file of a basis; it rises with each change that an older library could not read.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BasisFile {
    format: String,
    version: u32,
    kind: String,
    start: i64,
    end: i64,
    periods: StoredPeriods,
    case_days: u32,
    economics: StoredEconomics,
    /// Which columns the lines had, by name.
    columns: Vec<String>,
    contacts: bool,
    marketing: bool,
    margin: Option<f64>,
    /// Share of returns that are in by each day.
    maturity: Vec<f64>,
    return_rate: f64,
    /// The return rate of each article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rates: Option<Vec<f64>>,
    /// Odds of the shop, and their factors by article, size and brand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    odds: Option<(f64, [Vec<f64>; COLUMNS])>,
    offers: StoredOffers,
    outages: Vec<i64>,
    recalls: Vec<i64>,
    contact_cost: f64,
    intra_order: f64,
    intra_discount: f64,
    case_dispersion: f64,
    product: Option<StoredLevels>,
    category: Option<StoredLevels>,
    size: Option<StoredLevels>,
    brand: Option<StoredLevels>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredPeriods {
    Calendar(String),
    Days { length: u32, origin: i64 },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredEconomics {
    margin: Option<f64>,
    handling: Option<f64>,
    markdown: Option<f64>,
    category_cost: Option<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredOffers {
    first: i64,
    weeks: usize,
    by_category: bool,
    /// Depths and weeks, summed up from the first week on.
    sums: Vec<[f64; 2]>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredLevels {
    text: bool,
    /// 16 hexadecimal digits each, in the order of the ids.
    keys: String,
}

/// The columns of [`Given`], by name.
const COLUMNS_GIVEN: [&str; 10] = [
    "product",
    "category",
    "size",
    "brand",
    "discount",
    "coupon",
    "offered_depth",
    "cost",
    "returned_amount",
    "return_time",
];

fn names(given: Given) -> Vec<String> {
    let each = [
        given.product,
        given.category,
        given.size,
        given.brand,
        given.discount,
        given.coupon,
        given.offered_depth,
        given.cost,
        given.returned_amount,
        given.return_time,
    ];
    let there = COLUMNS_GIVEN.into_iter().zip(each).filter(|(_, there)| *there);
    there.map(|(name, _)| name.to_owned()).collect()
}

fn given(names: &[String]) -> Result<Given, Error> {
    let [product, category, size, brand, discount, coupon, offered_depth, cost, returned, time] =
        COLUMNS_GIVEN.map(|column| names.iter().any(|name| name == column));
    let unknown = names.iter().find(|name| !COLUMNS_GIVEN.contains(&&name[..]));
    if let Some(name) = unknown {
        return Err(wrong(&format!("column {name:?} is unknown")));
    }
    Ok(Given {
        product,
        category,
        size,
        brand,
        discount,
        coupon,
        offered_depth,
        cost,
        returned_amount: returned,
        return_time: time,
    })
}

fn wrong(what: &str) -> Error {
    problem(Path::new(""), what)
}

impl LedgerBasis {
    /// Its name in files.
    pub const KIND: &str = "ledger-basis";

    /// The basis as JSON text.
    pub fn to_json(&self) -> String {
        let levels = |number: usize| {
            self.levels[number].as_ref().map(|levels| StoredLevels {
                text: levels.kind == IdKind::Text,
                keys: hexadecimal(levels.keys.iter().copied().map(Some)),
            })
        };
        let (rates, odds) = match &self.rates.of {
            Rates::Articles(rates) => (Some(rates.clone()), None),
            Rates::Odds(odds) => (None, Some((odds.base, odds.factors.clone()))),
        };
        let Economics { margin, handling, markdown, category_cost } = self.economics;
        let Offers { first, weeks, by_category, sums } = self.offers.clone();
        let file = BasisFile {
            format: FORMAT.to_owned(),
            version: VERSION,
            kind: Self::KIND.to_owned(),
            start: self.start,
            end: self.end,
            periods: match self.periods {
                Periods::Calendar(period) => StoredPeriods::Calendar(period.to_string()),
                Periods::Days { length, origin } => StoredPeriods::Days { length, origin },
            },
            case_days: self.case_days,
            economics: StoredEconomics { margin, handling, markdown, category_cost },
            columns: names(self.given),
            contacts: self.charged.contacts,
            marketing: self.charged.marketing,
            margin: self.margin,
            maturity: self.maturity.0.clone(),
            return_rate: self.rates.base,
            rates,
            odds,
            offers: StoredOffers { first, weeks, by_category, sums },
            outages: self.unusual.contacts.clone(),
            recalls: self.unusual.returns.clone(),
            contact_cost: self.contact_cost,
            intra_order: self.shop.intra_order,
            intra_discount: self.shop.intra_discount,
            case_dispersion: self.shop.case_dispersion,
            product: levels(0),
            category: levels(1),
            size: levels(2),
            brand: levels(3),
        };
        // Numbers and text cannot fail.
        serde_json::to_string(&file).unwrap_or_default()
    }

    /// Reads a basis from JSON text.
    ///
    /// # Errors
    /// As [`LedgerBasis::read`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        of_kind(text, VERSION, &[Self::KIND])?;
        let file: BasisFile = serde_json::from_str(text).map_err(not_json)?;
        let given = given(&file.columns)?;
        let levels = [file.product, file.category, file.size, file.brand].map(|stored| {
            let Some(StoredLevels { text, keys }) = stored else { return Ok(None) };
            let keys: Option<Vec<u64>> = keys_of(&keys)?.into_iter().collect();
            let keys = keys.ok_or_else(|| wrong("a level has no key"))?;
            let kind = if text { IdKind::Text } else { IdKind::Integer };
            Ok::<_, Error>(Some(LevelKeys::new(kind, keys)))
        });
        let [product, category, size, brand] = levels;
        let levels = [product?, category?, size?, brand?];
        let there = [given.product, given.category, given.size, given.brand];
        if levels.iter().zip(there).any(|(levels, there)| levels.is_some() != there) {
            return Err(wrong("columns and levels do not suit each other"));
        }
        let rates = rates(file.return_rate, file.rates, file.odds, &levels)?;
        let economics = Economics {
            margin: file.economics.margin,
            handling: file.economics.handling,
            markdown: file.economics.markdown,
            category_cost: file.economics.category_cost,
        };
        economics.check()?;
        let basis = Self {
            start: file.start,
            end: file.end,
            periods: periods(&file.periods)?,
            case_days: file.case_days,
            economics,
            given,
            charged: Charged { contacts: file.contacts, marketing: file.marketing },
            margin: file.margin.map(|margin| share("margin", margin)).transpose()?,
            maturity: maturity(file.maturity)?,
            rates,
            offers: offers(file.offers, &levels)?,
            unusual: UnusualDays { contacts: days(file.outages)?, returns: days(file.recalls)? },
            contact_cost: non_negative("contact_cost", file.contact_cost)?,
            shop: Shop {
                intra_order: share("intra_order", file.intra_order)?,
                intra_discount: share("intra_discount", file.intra_discount)?,
                case_dispersion: non_negative("case_dispersion", file.case_dispersion)?,
            },
            levels,
        };
        basis.times_suit()
    }

    /// Accepts times within the years of logs, in order.
    fn times_suit(self) -> Result<Self, Error> {
        // A ledger without an end of its own may state the end of time.
        let ends = self.end == i64::MAX / 2 || RANGE.contains(&self.end);
        let begins = self.start <= *RANGE.end();
        if !(begins && ends && self.start <= self.end && self.case_days > 0) {
            return Err(wrong("start, end and case_days do not suit each other"));
        }
        Ok(self)
    }

    /// Writes the basis to a file, whole or not at all.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write_whole(path.as_ref(), &self.to_json())
    }

    /// Reads a basis from a file.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be read, is no file of this kind and version or contradicts itself,
    /// [`Error::Parameter`] or [`Error::Choice`] where a number or a word in it is outside its domain.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        read_with(path.as_ref(), Self::from_json)
    }
}

fn share(name: &'static str, value: f64) -> Result<f64, Error> {
    let good = (0.0..=1.0).contains(&value);
    if good { Ok(value) } else { Err(Error::parameter(name, "from 0 to 1", value)) }
}

fn periods(stored: &StoredPeriods) -> Result<Periods, Error> {
    match stored {
        StoredPeriods::Calendar(word) => match word.parse()? {
            Occasion::Exact => Err(wrong("the periods of a budget are no instants")),
            period => Ok(Periods::Calendar(period)),
        },
        StoredPeriods::Days { length, origin } => {
            if *length == 0 || !RANGE.contains(origin) {
                return Err(wrong("periods have no length, or begin in no year of a log"));
            }
            Ok(Periods::Days { length: *length, origin: *origin })
        }
    }
}

fn maturity(shares: Vec<f64>) -> Result<Maturity, Error> {
    if !(shares.is_empty() || shares.len() == LONGEST + 1) {
        return Err(wrong("maturity has not a share for each day"));
    }
    shares.iter().try_for_each(|&one| share("maturity", one).map(|_| ()))?;
    Ok(Maturity(shares))
}

fn days(days: Vec<i64>) -> Result<Vec<i64>, Error> {
    if days.is_sorted() { Ok(days) } else { Err(wrong("days are out of order")) }
}

fn rates(
    base: f64,
    articles: Option<Vec<f64>>,
    odds: Option<(f64, [Vec<f64>; COLUMNS])>,
    levels: &[Option<LevelKeys>; 4],
) -> Result<ReturnRates, Error> {
    let base = share("return_rate", base)?;
    let known = levels[0].as_ref().or(levels[1].as_ref()).map_or(0, |levels| levels.keys.len());
    let of = match (articles, odds) {
        (Some(rates), None) if rates.len() <= known + 1 => {
            rates.iter().try_for_each(|&rate| share("rates", rate).map(|_| ()))?;
            Rates::Articles(rates)
        }
        (None, Some((base, factors))) => {
            let each = factors.iter().flatten().chain([&base]);
            for &value in each {
                if !(0.0..=LARGEST).contains(&value) {
                    return Err(Error::parameter("odds", "from 0 to 1e50", value));
                }
            }
            Rates::Odds(Odds { base, factors, weights: [f64::INFINITY; COLUMNS] })
        }
        _ => return Err(wrong("rates, odds and levels do not suit each other")),
    };
    Ok(ReturnRates { base, weight: f64::INFINITY, of })
}

fn offers(stored: StoredOffers, levels: &[Option<LevelKeys>; 4]) -> Result<Offers, Error> {
    let StoredOffers { first, weeks, by_category, sums } = stored;
    let categories = match (by_category, &levels[1]) {
        (true, Some(levels)) => levels.keys.len() + 1,
        _ => 1,
    };
    let whole = sums.is_empty() || (weeks > 0 && weeks.checked_mul(categories) == Some(sums.len()));
    let good = |value: &f64| (0.0..=LARGEST).contains(value);
    if !(whole && sums.as_flattened().iter().all(good)) {
        return Err(wrong("offers, weeks and categories do not suit each other"));
    }
    Ok(Offers { first, weeks, by_category, sums })
}
