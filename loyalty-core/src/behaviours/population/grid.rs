//! A distribution over customers: masses on a grid of the natural parameter.

use serde::{Deserialize, Serialize};

use super::cells::{CELLS, WIDTH};
use super::kernel;
use super::link::Link;
use super::masses::Masses;
use crate::Error;
use crate::error::non_negative;
use crate::math::vector::dot;

/// What evidence may be shifted by, in cells on either side: 12 natural parameters, odds of e^12 to one.
const MARGIN: usize = 96;

/// The first cell of shares, and that of rates below the logarithm of their mean: the grid holds shares from
/// 0.03 % to 99.7 %, and rates from a 400th of the mean to 2,600 times it.
const FIRST_LOGIT: f64 = -8.0;
const FIRST_LOG: f64 = -6.0;

/// A distribution of strengths over customers, each cell's mass spread evenly over its width.
///
/// The gamma or beta is where it starts; a few steps of the EM algorithm move it towards the
/// nonparametric maximum of the likelihood. Where the gamma or beta is right they hardly change it,
/// and where customers fall into several kinds they find them (Laird & Louis 1991, Computational
/// Statistics & Data Analysis 12, 27–37; Koenker & Mizera 2014, JASA 109(506)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredPopulation", into = "StoredPopulation")]
pub(crate) struct Population {
    pub(crate) link: Link,
    /// Middle of the first cell.
    pub(super) first: f64,
    pub(super) mass: Box<[f64; CELLS]>,
    /// A and A′ at the cells and `MARGIN` more on either side.
    pub(super) cumulant: Vec<f64>,
    pub(super) value: Vec<f64>,
    /// Mean and variance of the strength.
    pub(super) moments: (f64, f64),
    /// The natural parameter of the median customer.
    pub(super) median: f64,
}

/// A population as it stands in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredPopulation {
    link: Link,
    first: f64,
    masses: Vec<f64>,
}

impl Population {
    pub(super) fn new(link: Link, first: f64, mass: Box<[f64; CELLS]>) -> Self {
        let at = |cell: usize| first + WIDTH * (cell as f64 - MARGIN as f64);
        let table = |of: &dyn Fn(f64) -> f64| {
            (0..CELLS + 2 * MARGIN).map(|cell| of(at(cell))).collect::<Vec<f64>>()
        };
        let mut population = Self {
            link,
            first,
            mass,
            cumulant: table(&|u| link.cumulant(u)),
            value: table(&|u| link.value(u)),
            moments: (0.0, 0.0),
            median: 0.0,
        };
        population.moments = population.masses().moments(&population.values(0.0));
        population.median = population.masses().quantile(0.5);
        population
    }

    /// Of customers whose strength has `upper` as P(strength > x), and about this mean.
    pub(crate) fn with_tail(link: Link, mean: f64, upper: impl Fn(f64) -> f64) -> Self {
        let first = match link {
            Link::Log => FIRST_LOG + link.natural(mean),
            Link::Logit => FIRST_LOGIT,
        };
        // What lies beyond the grid goes to its ends; no cell is quite empty.
        let edge = |cell: usize| match cell {
            0 => 1.0,
            CELLS => 0.0,
            cell => upper(link.value(first + WIDTH * (cell as f64 - 0.5))),
        };
        let edges: [f64; CELLS + 1] = std::array::from_fn(edge);
        let mut mass: Box<[f64; CELLS]> =
            Box::new(std::array::from_fn(|cell| (edges[cell] - edges[cell + 1]).max(0.0) + 1e-12));
        normalise(&mut mass[..]);
        Self::new(link, first, mass)
    }

    /// The strength at each cell, shifted.
    pub(super) fn values(&self, shift: f64) -> [f64; CELLS] {
        self.shifted(&self.value, shift)
    }

    /// A table at the cells, shifted by a parabola through the three entries around each place.
    pub(super) fn shifted(&self, table: &[f64], shift: f64) -> [f64; CELLS] {
        let mut out = [0.0; CELLS];
        if shift == 0.0 {
            out.copy_from_slice(&table[MARGIN..MARGIN + CELLS]);
            return out;
        }
        if self.link == Link::Log {
            let factor = crate::math::elementary::exp(shift);
            out.iter_mut().zip(&table[MARGIN..]).for_each(|(out, at)| *out = factor * at);
            return out;
        }
        let most = (MARGIN - 2) as f64;
        let cells = (shift / WIDTH).clamp(-most, most);
        let whole = cells.round_ties_even();
        let part = cells - whole;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in bounds")]
        let begin = (MARGIN as f64 + whole) as usize;
        let (left, right) = (0.5 * part * (part - 1.0), 0.5 * part * (part + 1.0));
        kernel::between(&table[begin - 1..], [left, 1.0 - part * part, right])
    }

    /// Density of the natural parameter by the cell's width, straight between the middles of cells.
    pub(super) fn density(&self, u: f64) -> f64 {
        let place = (u - self.first) / WIDTH;
        if !(0.0..(CELLS - 1) as f64).contains(&place) {
            return 0.0;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in bounds")]
        let cell = place as usize;
        let part = place - cell as f64;
        (1.0 - part) * self.mass[cell] + part * self.mass[cell + 1]
    }

    /// Natural parameters within the grid.
    pub(super) fn covers(&self, low: f64, high: f64) -> bool {
        low >= self.first && high <= self.first + WIDTH * (CELLS - 1) as f64
    }

    /// The masses on their grid.
    pub(super) fn masses(&self) -> Masses<'_> {
        Masses { mass: &self.mass, total: 1.0, first: self.first, width: WIDTH }
    }

    /// The share of customers beyond a natural parameter.
    pub(crate) fn upper(&self, u: f64) -> f64 {
        self.masses().upper(u)
    }

    /// The strength of the median customer, shifted.
    pub(crate) fn ordinary(&self, shift: f64) -> f64 {
        self.link.value(self.median + shift)
    }

    /// The mean of the strength, shifted.
    pub(crate) fn mean(&self, shift: f64) -> f64 {
        if shift == 0.0 { self.moments.0 } else { dot(&self.mass[..], &self.values(shift)) }
    }

    /// Mean and variance of the strength over customers, shifted.
    pub(crate) fn moments(&self, shift: f64) -> (f64, f64) {
        if shift == 0.0 { self.moments } else { self.masses().moments(&self.values(shift)) }
    }

    /// The strength at the cells, and their masses.
    pub(crate) fn points(&self) -> (Vec<f64>, &[f64]) {
        (self.values(0.0).to_vec(), &self.mass[..])
    }
}

impl From<Population> for StoredPopulation {
    fn from(population: Population) -> Self {
        let Population { link, first, mass, .. } = population;
        Self { link, first, masses: mass.to_vec() }
    }
}

impl TryFrom<StoredPopulation> for Population {
    type Error = Error;

    fn try_from(raw: StoredPopulation) -> Result<Self, Error> {
        let got = raw.masses.len();
        let mass = <Box<[f64; CELLS]>>::try_from(raw.masses);
        let mass =
            mass.map_err(|_| Error::Length { column: "masses".to_owned(), expected: CELLS, got })?;
        for &mass in mass.iter() {
            non_negative("masses", mass)?;
        }
        let sum: f64 = mass.iter().sum();
        if (sum - 1.0).abs() > 1e-9 {
            return Err(Error::parameter("masses", "adding up to 1", sum));
        }
        if !(-200.0..=200.0).contains(&raw.first) {
            let expected = "from -200 to 200";
            return Err(Error::parameter("first", expected, raw.first));
        }
        Ok(Self::new(raw.link, raw.first, mass))
    }
}

pub(super) fn normalise(mass: &mut [f64]) {
    let sum: f64 = mass.iter().sum();
    mass.iter_mut().for_each(|mass| *mass /= sum);
}
