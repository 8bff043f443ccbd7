//! The vector of a headline: 128 signed bytes and what a cosine needs besides.

/// How many components a [`Vector`] has. A smaller embedding leaves the last ones zero.
pub const DIMENSIONS: usize = 128;

/// How many bits a component of a sum is cut to before it becomes a byte.
const SUM_BITS: u32 = 15;

/// Where a headline lies, as a direction: only cosines between vectors mean anything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vector {
    components: [i8; DIMENSIONS],
    /// One over the length of `components`.
    inverse_length: f32,
}

impl Vector {
    /// The direction of a sum of rows, in whole-number steps only; `None` for the zero sum.
    ///
    /// The largest component becomes ±127. Eight bits move a cosine by less than .002.
    pub(super) fn from_sum(sum: &[i32; DIMENSIONS]) -> Option<Vector> {
        let largest = sum.iter().map(|component| component.unsigned_abs()).max()?;
        if largest == 0 {
            return None;
        }
        // To 15 bits and a sign, as steps of 16 bits are what every CPU takes eight at a time.
        let bits = u32::BITS - largest.leading_zeros();
        let (right, left) = (bits.saturating_sub(SUM_BITS), SUM_BITS.saturating_sub(bits));
        // 127 / largest in 16.16 fixed point, 254 to 508.
        let factor = ((127 << 16) / ((largest >> right) << left)) as i16;
        let components = sum.map(|component| {
            let steps = ((component >> right) << left) as i16;
            ((i32::from(steps) * i32::from(factor) + (1 << 15)) >> 16) as i8
        });
        // At most 128 × 127², which an f32 holds exactly.
        let square = dot(&components, &components) as f32;
        (square > 0.0).then(|| Vector { components, inverse_length: 1.0 / square.sqrt() })
    }

    /// Cosine of the angle between the two, from -1 to 1. Symmetric, and the same on every CPU.
    pub fn cosine(&self, other: &Vector) -> f32 {
        let lengths = self.inverse_length * other.inverse_length;
        (dot(&self.components, &other.components) as f32 * lengths).clamp(-1.0, 1.0)
    }

    /// Bit *i* is set where component *i* is positive. Vectors at a small angle share most bits
    /// (Charikar 2002).
    pub fn sign_bits(&self) -> u128 {
        let bit = |(at, component): (usize, &i8)| u128::from(*component > 0) << at;
        self.components.iter().enumerate().map(bit).sum()
    }

    /// The components, each a whole number from -127 to 127.
    pub fn components(&self) -> &[i8; DIMENSIONS] {
        &self.components
    }
}

/// Eight sums of products of 16 bits, side by side: compilers know the instruction for them.
fn dot(a: &[i8; DIMENSIONS], b: &[i8; DIMENSIONS]) -> i32 {
    let mut sums = [0_i32; 8];
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += i32::from(i16::from(*a) * i16::from(*b));
        }
    }
    sums.iter().sum()
}
