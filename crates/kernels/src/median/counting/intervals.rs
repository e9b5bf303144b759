//! Which thresholds to count for: a bisection of all results of a block at once.

/// Two thresholds, and which results reach each: bit `i` is 1 if result `i` is at least the threshold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interval {
    pub(super) low: (usize, u64),
    pub(super) high: (usize, u64),
}

impl Interval {
    /// Puts the interval where it belongs. If results lie in it, from `low` to below `high`, they are found if it holds
    /// a single number, and open otherwise.
    #[inline(always)]
    pub(super) fn settle(self, found: &mut ByteSet, open: &mut Vec<Interval>) {
        if self.low.1 == self.high.1 {
            return;
        }
        if self.high.0 - self.low.0 == 1 {
            found.insert(self.low.0);
        } else {
            open.push(self);
        }
    }

    /// A threshold inside the interval: its middle, but at most `far` from the other end if one end is 0 or 256.
    #[inline]
    pub(super) fn between(&self, far: usize) -> u8 {
        let ((low, _), (high, _)) = (self.low, self.high);
        let threshold = match (low, high) {
            (0, 256) => 128,
            (0, _) => high.saturating_sub(far).max(high / 2),
            (_, 256) => low.midpoint(high).min(low + far),
            _ => low.midpoint(high),
        };
        threshold as u8
    }
}

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    #[inline]
    pub(super) fn insert(&mut self, number: usize) {
        self.0[number / 64 % 4] |= 1 << (number % 64);
    }

    /// Lists each number of the set and the one after it, in ascending order and without 0. Returns how many there are.
    #[inline]
    pub(super) fn bounds(&self, list: &mut [u8; 256]) -> usize {
        let (mut count, mut carry) = (0, 0);
        for (word, first) in self.0.into_iter().zip((0u8..).step_by(64)) {
            let mut both = word | word << 1 | carry;
            carry = word >> 63;
            both &= if first == 0 { !1 } else { !0 };
            while both != 0 {
                list[count % 256] = first + both.trailing_zeros() as u8;
                count += 1;
                both &= both - 1;
            }
        }
        count
    }
}
