//! Rows by a small whole number.

/// Row numbers brought together by a count, such as the frequency.
#[derive(Debug)]
pub(crate) struct Buckets {
    rows: Vec<u32>,
    /// Each count that occurs, ascending, and where its rows end.
    ends: Vec<(u32, usize)>,
}

impl Buckets {
    pub(crate) fn of(counts: &[u32]) -> Self {
        // No summary has more customers.
        let all = 0..u32::try_from(counts.len()).unwrap_or(u32::MAX);
        let most = counts.iter().copied().max().unwrap_or(0) as usize;
        if most > counts.len().saturating_mul(2) + 1024 {
            return Self::sorted(all.collect(), counts);
        }
        // Counting sort.
        let mut sizes = vec![0; most + 1];
        counts.iter().for_each(|&x| sizes[x as usize] += 1);
        let mut next = Vec::with_capacity(sizes.len());
        let mut ends = Vec::new();
        let mut end = 0;
        for (x, size) in (0..).zip(sizes) {
            next.push(end);
            end += size;
            if size > 0 {
                ends.push((x, end));
            }
        }
        let mut rows = vec![0; counts.len()];
        for (row, &x) in all.zip(counts) {
            let slot = &mut next[x as usize];
            rows[*slot] = row;
            *slot += 1;
        }
        Self { rows, ends }
    }

    fn sorted(mut rows: Vec<u32>, counts: &[u32]) -> Self {
        rows.sort_by_key(|&row| counts[row as usize]);
        let same = rows.chunk_by(|&a, &b| counts[a as usize] == counts[b as usize]);
        let mut end = 0;
        let mut bucket = |same: &[u32]| {
            end += same.len();
            (counts[same[0] as usize], end)
        };
        let ends = same.map(&mut bucket).collect();
        Self { rows, ends }
    }

    /// The number of distinct counts.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A count and its rows, ascending.
    pub(crate) fn get(&self, bucket: usize) -> (u32, &[u32]) {
        let start = if bucket == 0 { 0 } else { self.ends[bucket - 1].1 };
        let (x, end) = self.ends[bucket];
        (x, &self.rows[start..end])
    }

    /// Each count with its rows, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &[u32])> {
        (0..self.len()).map(|bucket| self.get(bucket))
    }
}
