//! The letters of a headline in 32 bytes, for a Jaccard that needs no text.

/// One bit of 256 for each trigram of letters and digits in lower case.
pub(super) fn sketch(headline: &str) -> [u64; 4] {
    let mut trigrams = Trigrams::default();
    if headline.is_ascii() {
        for byte in headline.bytes() {
            let byte = if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b' ' };
            trigrams.push(byte.into());
        }
    } else {
        let lower = headline.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' });
        lower.flat_map(char::to_lowercase).for_each(|c| trigrams.push(c.into()));
    }
    trigrams.push(Trigrams::SPACE);
    trigrams.bits
}

/// The trigrams of letters that come one by one.
#[derive(Default)]
struct Trigrams {
    bits: [u64; 4],
    /// The two letters before.
    before: (u32, u32),
}

impl Trigrams {
    const SPACE: u32 = ' ' as u32;

    fn push(&mut self, c: u32) {
        let (a, b) = self.before;
        if c == Trigrams::SPACE && b == Trigrams::SPACE {
            return;
        }
        // Multiplication by odd constants and the top bits: cheap, and spread enough for a sketch.
        let mixed =
            a.wrapping_mul(0x9E37_79B1) ^ b.wrapping_mul(0x85EB_CA77) ^ c.wrapping_mul(0xC2B2_AE3D);
        let bit = mixed.wrapping_mul(0x27D4_EB2F) >> 24;
        self.bits[(bit >> 6) as usize] |= 1 << (bit & 63);
        self.before = (b, c);
    }
}
