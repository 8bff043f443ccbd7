//! What stands in a file past the place up to which it is acknowledged: what a kill left there, which
//! is delivered again, or what is not ours to cut off.

use std::io::{self, SeekFrom};

use serde_json::Value;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::sink::batch::Batch;
use crate::sink::origin::item_of;

/// Bytes that are looked at, from the end: more than the longest line, which is a reject's.
const STRETCH: u64 = 1 << 20;
/// How a line begins.
const BEGINNING: &[u8] = br#"{"type":""#;

/// Whether everything past `offset` comes again from `batch` on. Its last line that tells of an item
/// says so: the lines of a daemon are in the order of its log.
pub(super) async fn comes_again(
    file: &mut File,
    offset: u64,
    length: u64,
    batch: &Batch<'_>,
) -> io::Result<bool> {
    let start = offset.max(length.saturating_sub(STRETCH));
    file.seek(SeekFrom::Start(start)).await?;
    let mut bytes = Vec::new();
    file.take(length - start).read_to_end(&mut bytes).await?;
    let mut lines = bytes.rsplit(|byte| *byte == b'\n');
    if !lines.next().is_none_or(is_unfinished) {
        return Ok(false);
    }
    for line in lines {
        let Ok(event) = serde_json::from_slice::<Value>(line) else { return Ok(false) };
        if let Some((item, received)) = item_of(&event) {
            let position = event.get("position").and_then(Value::as_u64);
            return Ok(position.is_some_and(|position| position >= batch.from.0)
                && batch.knows(item, received).await.map_err(io::Error::other)?);
        }
        if !line.starts_with(BEGINNING) {
            return Ok(false);
        }
    }
    Ok(start == offset)
}

/// Whether a kill or a power cut may have left this of a line.
fn is_unfinished(piece: &[u8]) -> bool {
    let known = piece.len().min(BEGINNING.len());
    piece[..known] == BEGINNING[..known] || piece.iter().all(|byte| *byte == 0)
}
