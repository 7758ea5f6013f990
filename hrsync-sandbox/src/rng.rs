//! The seeded generator behind the invented companies and the seeded faults.

/// SplitMix64: tiny, fast, the same on every platform. Not for secrets.
#[derive(Debug, Clone)]
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    /// A generator whose whole sequence follows from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`; 0 when `limit` is 0. The bias of the remainder does not matter here.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        if limit == 0 {
            return 0;
        }
        u32::try_from(self.next_u64() % u64::from(limit)).unwrap_or(0)
    }

    /// One of `items`; the default of `T` when there are none.
    pub(crate) fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        let limit = u32::try_from(items.len()).unwrap_or(u32::MAX);
        items.get(self.below(limit) as usize).copied().unwrap_or_default()
    }

    /// Whether an event of `percent` per cent happens.
    pub(crate) fn percent(&mut self, percent: u8) -> bool {
        self.below(100) < u32::from(percent)
    }
}

#[cfg(test)]
mod tests {
    use super::SplitMix64;

    #[test]
    fn follows_the_reference_sequence() {
        let mut rng = SplitMix64::new(1_234_567);
        assert_eq!([rng.next_u64(), rng.next_u64()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }
}
