//! The bytes of one stored record: `version, kind, checksum, postcard`.
//!
//! The checksum (xxh3-64) covers the version, the kind, the key and the payload, so that a record
//! found under another key is noticed as well as a flipped bit. It finds accidents, not malice.
//!
//! More may follow the value that a record was made for: earlier versions read on without it, and
//! later ones do without it where it is not there.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::error::LogError;

/// Format of the records that are written now.
pub(super) const VERSION: u8 = 2;

const CHECKSUM: std::ops::Range<usize> = 2..10;
const HEADER: usize = 10;

/// What a record is. The numbers are part of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Meta = 1,
    Item = 2,
    Reject = 3,
    Decision = 4,
    Rejected = 5,
    Timer = 6,
    Config = 7,
    Feedback = 8,
    Identities = 9,
    Carried = 10,
    Cursor = 11,
    Digest = 12,
}

impl Kind {
    const ALL: [Kind; 12] = [
        Kind::Meta,
        Kind::Item,
        Kind::Reject,
        Kind::Decision,
        Kind::Rejected,
        Kind::Timer,
        Kind::Config,
        Kind::Feedback,
        Kind::Identities,
        Kind::Carried,
        Kind::Cursor,
        Kind::Digest,
    ];
}

/// A time as stored.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct At(
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")] pub(super) Timestamp,
);

/// Writes the record of `value` into `out`, replacing what was there.
pub(super) fn seal(
    kind: Kind,
    key: &[u8],
    value: &impl Serialize,
    out: &mut Vec<u8>,
) -> Result<(), LogError> {
    out.clear();
    out.extend([VERSION, kind as u8]);
    out.extend([0; CHECKSUM.end - CHECKSUM.start]);
    // Fails only for sequences of unknown length, which no record type has.
    *out = postcard::to_extend(value, std::mem::take(out))
        .map_err(|error| LogError::corrupt(format_args!("a record to be written ({error})")))?;
    let sum = checksum(out, key);
    out[CHECKSUM].copy_from_slice(&sum.to_le_bytes());
    Ok(())
}

/// The kind that stored bytes give, unchecked: for counting.
pub(super) fn is_of(kind: Kind, bytes: &[u8]) -> bool {
    bytes.get(1) == Some(&(kind as u8))
}

/// A record whose checksum was found good.
pub(super) struct Opened<'a> {
    pub(super) kind: Kind,
    payload: &'a [u8],
}

/// Why bytes are no record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// Bytes are missing or changed.
    Broken,
    /// Written by a newer version, in this format.
    Newer(u8),
    /// Written by an older version, in this format, which is no longer read.
    Older(u8),
}

/// Checks the bytes stored under `key`.
pub(super) fn open<'a>(bytes: &'a [u8], key: &[u8]) -> Result<Opened<'a>, Damage> {
    if bytes.len() < HEADER {
        return Err(Damage::Broken);
    }
    let stored = u64::from_le_bytes(bytes[CHECKSUM].try_into().map_err(|_| Damage::Broken)?);
    if checksum(bytes, key) != stored {
        return Err(Damage::Broken);
    }
    // Only after the checksum: a flipped bit in the version is damage, not the future.
    if bytes[0] > VERSION {
        return Err(Damage::Newer(bytes[0]));
    }
    if bytes[0] < VERSION {
        return Err(Damage::Older(bytes[0]));
    }
    let kind = Kind::ALL.into_iter().find(|kind| *kind as u8 == bytes[1]);
    Ok(Opened { kind: kind.ok_or(Damage::Broken)?, payload: &bytes[HEADER..] })
}

impl<'a> Opened<'a> {
    /// Reads the payload as a `T`.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Damage> {
        postcard::from_bytes(self.payload).map_err(|_| Damage::Broken)
    }

    /// Reads the payload as a `T`, and gives what later versions put behind it.
    pub(super) fn read_more<T: Deserialize<'a>>(&self) -> Result<(T, More<'a>), Damage> {
        let (value, rest) = postcard::take_from_bytes(self.payload).map_err(|_| Damage::Broken)?;
        Ok((value, More(rest)))
    }
}

/// What stands behind a value, one thing after the other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct More<'a>(&'a [u8]);

impl More<'_> {
    /// The next thing, if it is there.
    pub(super) fn next<T: DeserializeOwned>(&mut self) -> Option<T> {
        let (value, rest) = postcard::take_from_bytes(self.0).ok()?;
        self.0 = rest;
        Some(value)
    }
}

impl Damage {
    /// The error that tells what is affected.
    pub(super) fn of(self, what: impl std::fmt::Display) -> LogError {
        match self {
            Damage::Broken => LogError::corrupt(what),
            Damage::Newer(found) => LogError::newer(what, found.into(), VERSION.into()),
            Damage::Older(found) => LogError::older(what, found.into(), VERSION.into()),
        }
    }
}

fn checksum(bytes: &[u8], key: &[u8]) -> u64 {
    let mut sum = Xxh3::new();
    sum.update(&bytes[..CHECKSUM.start]);
    sum.update(key);
    sum.update(&bytes[CHECKSUM.end..]);
    sum.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(value: &impl Serialize) -> Vec<u8> {
        let mut bytes = Vec::new();
        seal(Kind::Item, &7_u64.to_le_bytes(), value, &mut bytes).unwrap();
        bytes
    }

    fn read(bytes: &[u8], key: u64) -> Result<(u64, String), Damage> {
        open(bytes, &key.to_le_bytes())?.read()
    }

    #[test]
    fn what_was_sealed_can_be_opened() {
        let value = (300, "Harbour bridge reopens".to_owned());
        assert_eq!(read(&sealed(&value), 7), Ok(value));
    }

    #[test]
    fn what_follows_a_value_is_read_where_it_is_there_and_passed_over_where_nobody_asks() {
        let value = (300, "Harbour bridge reopens".to_owned());
        let more = |bytes: &[u8]| {
            let opened = open(bytes, &7_u64.to_le_bytes()).unwrap();
            let (value, mut more) = opened.read_more::<(u64, String)>().unwrap();
            (value, more.next::<Option<f32>>(), more.next::<Vec<u64>>())
        };
        assert_eq!(more(&sealed(&value)), (value.clone(), None, None), "of the first version");
        let bytes = sealed(&(&value, Some(0.5_f32)));
        assert_eq!(more(&bytes), (value.clone(), Some(Some(0.5)), None), "of the second");
        let bytes = sealed(&(&value, Some(0.5_f32), [8_u64, 9].as_slice()));
        assert_eq!(more(&bytes), (value.clone(), Some(Some(0.5)), Some(vec![8, 9])));
        assert_eq!(read(&bytes, 7), Ok(value), "by the first version");
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let bytes = sealed(&(300, "Harbour bridge reopens".to_owned()));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(&flipped, 7), Err(Damage::Broken), "bit {bit}");
        }
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end], 7), Err(Damage::Broken), "cut at {end}");
        }
    }

    #[test]
    fn a_record_under_another_key_is_damage() {
        assert_eq!(read(&sealed(&(1, String::new())), 8), Err(Damage::Broken));
    }

    #[test]
    fn a_record_of_another_format_is_told_from_damage() {
        let mut bytes = sealed(&(1, String::new()));
        for (version, damage) in [(VERSION + 1, Damage::Newer(VERSION + 1)), (1, Damage::Older(1))]
        {
            bytes[0] = version;
            let sum = checksum(&bytes, &7_u64.to_le_bytes());
            bytes[CHECKSUM].copy_from_slice(&sum.to_le_bytes());
            assert_eq!(read(&bytes, 7), Err(damage));
        }
    }
}
