//! Content codings: gzip, deflate and brotli, with a limit on what may come out of them.

use std::fmt;
use std::io::{self, Read};

use flate2::bufread::GzDecoder;
use flate2::read::{DeflateDecoder, ZlibDecoder};

/// A body may grow to this many times its size; text of feeds grows 5 to 30 times, a bomb 1,000.
pub const MAX_RATIO: usize = 100;
/// A body of any size may grow to this many bytes: short ones compress best.
const ANYWAY: usize = 1 << 20;

/// Words for no coding at all: the standard's, and those that are written where the standard wants none.
const PLAIN: &[&str] = &["", "identity", "none", "utf-8", "utf8", "8bit", "binary"];

/// Why a body could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// A coding that was not asked for.
    Unknown(String),
    /// The body is damaged or cut.
    Damaged(String),
    /// It would become larger than this many bytes.
    TooLarge(usize),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::Unknown(coding) => {
                write!(f, "the body has the content coding `{coding}`, which was not asked for")
            }
            DecodeError::Damaged(why) => write!(f, "the compressed body is damaged or cut: {why}"),
            DecodeError::TooLarge(limit) => {
                write!(f, "the body would become larger than {limit} bytes")
            }
        }
    }
}

impl std::error::Error for DecodeError {}

/// Decodes `body` as its `Content-Encoding` says. What comes out has at most `limit` bytes, and
/// at most [`MAX_RATIO`] times what went in.
pub fn decode(coding: &str, body: Vec<u8>, limit: usize) -> Result<Vec<u8>, DecodeError> {
    let limit = limit.min(body.len().saturating_mul(MAX_RATIO).max(ANYWAY));
    match coding.trim().to_ascii_lowercase().as_str() {
        coding if PLAIN.contains(&coding) && body.len() > limit => {
            Err(DecodeError::TooLarge(limit))
        }
        coding if PLAIN.contains(&coding) => Ok(body),
        // An empty body has no compressed form of its own; servers send it with the header anyway.
        _ if body.is_empty() => Ok(body),
        "gzip" | "x-gzip" => gunzip(&body, limit),
        "deflate" if is_zlib(&body) => read(ZlibDecoder::new(body.as_slice()), limit),
        "deflate" => read(DeflateDecoder::new(body.as_slice()), limit),
        "br" => read(brotli_decompressor::Decompressor::new(body.as_slice(), 4096), limit),
        other => Err(DecodeError::Unknown(other.to_owned())),
    }
}

/// One member after another (RFC 1952); zero bytes behind the last are padding.
fn gunzip(mut rest: &[u8], limit: usize) -> Result<Vec<u8>, DecodeError> {
    let mut decoded = Vec::new();
    loop {
        let mut decoder = GzDecoder::new(rest);
        append(&mut decoder, limit, &mut decoded)?;
        rest = decoder.into_inner();
        if rest.iter().all(|byte| *byte == 0) {
            return Ok(decoded);
        }
    }
}

/// Some servers send bare deflate data where the standard says zlib (RFC 9110, section 8.4.1.2).
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [first, second, ..]
        if first & 0x0f == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0)
}

fn read(decoder: impl Read, limit: usize) -> Result<Vec<u8>, DecodeError> {
    let mut decoded = Vec::new();
    append(decoder, limit, &mut decoded)?;
    Ok(decoded)
}

/// Appends what `decoder` gives; all that was decoded has at most `limit` bytes.
fn append(decoder: impl Read, limit: usize, decoded: &mut Vec<u8>) -> Result<(), DecodeError> {
    let most = (limit - decoded.len()) as u64 + 1;
    match decoder.take(most).read_to_end(decoded) {
        Ok(_) if decoded.len() > limit => Err(DecodeError::TooLarge(limit)),
        Ok(_) => Ok(()),
        Err(error) => Err(DecodeError::Damaged(match error.kind() {
            io::ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
            _ => error.to_string(),
        })),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const TEXT: &[u8] = b"<rss><channel><title>Harbour news</title></channel></rss>";
    /// `TEXT` in brotli, as a stored meta-block.
    fn brotli() -> Vec<u8> {
        // Header of an uncompressed meta-block: window bits 16 (0), not last (0), 4 nibbles (00),
        // length - 1 in 16 bits, uncompressed (1); then bytes; then an empty last block (11).
        let header = (((TEXT.len() as u32 - 1) << 4) | (1 << 20)).to_le_bytes();
        [&header[..3], TEXT, &[0b11]].concat()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_coding_that_is_asked_for_is_understood() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(TEXT).unwrap();
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
        bare.write_all(TEXT).unwrap();
        for (coding, body) in [
            ("", TEXT.to_vec()),
            ("identity", TEXT.to_vec()),
            ("none", TEXT.to_vec()),
            ("UTF-8", TEXT.to_vec()),
            ("gzip", gzip(TEXT)),
            (" X-GZIP ", gzip(TEXT)),
            ("gzip", [gzip(&TEXT[..9]), gzip(&TEXT[9..])].concat()),
            ("gzip", [gzip(TEXT), vec![0; 500]].concat()),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", bare.finish().unwrap()),
            ("br", brotli()),
        ] {
            assert_eq!(decode(coding, body, 1_000).as_deref(), Ok(TEXT), "{coding:?}");
        }
    }

    #[test]
    fn a_bomb_is_refused_by_its_ratio() {
        let bomb = gzip(&vec![b' '; 20 << 20]);
        assert!(bomb.len() < 100_000);
        let limit = bomb.len() * MAX_RATIO;
        assert_eq!(decode("gzip", bomb, 1 << 30), Err(DecodeError::TooLarge(limit)));
    }

    #[test]
    fn the_limit_holds_with_and_without_a_coding() {
        assert_eq!(decode("gzip", gzip(TEXT), 56), Err(DecodeError::TooLarge(56)));
        assert_eq!(decode("", TEXT.to_vec(), 56), Err(DecodeError::TooLarge(56)));
        assert!(decode("gzip", gzip(TEXT), TEXT.len()).is_ok());
    }

    #[test]
    fn a_cut_or_foreign_body_is_an_error() {
        let whole = gzip(TEXT);
        let cut = whole[..whole.len() - 12].to_vec();
        assert!(matches!(decode("gzip", cut, 1_000), Err(DecodeError::Damaged(_))));
        let trailed = [gzip(TEXT), b"more".to_vec()].concat();
        assert!(matches!(decode("gzip", trailed, 1_000), Err(DecodeError::Damaged(_))));
        assert!(matches!(decode("br", TEXT.to_vec(), 1_000), Err(DecodeError::Damaged(_))));
        assert_eq!(decode("zstd", vec![1], 9), Err(DecodeError::Unknown("zstd".to_owned())));
    }
}
