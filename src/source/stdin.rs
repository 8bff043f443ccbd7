//! Standard input, until it ends. It cannot be acknowledged: what was unread at a kill is outside
//! the guarantee.

use std::io::Read;

use tracing::info;

use crate::config::SourceConfig;
use crate::format::Options;
use crate::link::{self, Receiver};

use super::guard::Guarded;
use super::{Context, Origin, SourceError, options};

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

pub(super) async fn run(config: &SourceConfig, context: Context) -> Result<(), SourceError> {
    let origin = Origin::of(config);
    let chunks = read_in_background(std::io::stdin())?;
    let options = Options { endless: true, ..options(config, &context.clock) };
    let mut parser = Guarded::new(config.format, options);
    loop {
        let chunk = tokio::select! {
            chunk = chunks.recv() => chunk,
            () = context.stop.cancelled() => None,
        };
        let records = match chunk {
            Some(Ok(bytes)) => parser.feed(&bytes),
            Some(Err(error)) => {
                return Err(SourceError::new(format!("standard input cannot be read: {error}")));
            }
            None => break,
        };
        // Nobody waits for the receipts: standard input cannot be told.
        context.intake.submit(&origin, records).await?;
    }
    context.intake.submit(&origin, parser.finish()).await?;
    info!(source = %config.name.value, "standard input has ended");
    Ok(())
}

/// Reads on a thread of its own, which may stay in a blocking read when the daemon stops; the
/// runtime would wait for one of its own threads.
fn read_in_background(
    mut input: impl Read + Send + 'static,
) -> Result<Receiver<std::io::Result<Vec<u8>>>, SourceError> {
    let (tx, rx) = link::bounded("stdin", 4);
    let read = move || {
        loop {
            let mut chunk = vec![0; CHUNK];
            let read = match input.read(&mut chunk) {
                Ok(0) => return,
                Ok(length) => {
                    chunk.truncate(length);
                    Ok(chunk)
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            let ended = read.is_err();
            if tx.send_blocking(read).is_err() || ended {
                return;
            }
        }
    };
    let spawned = std::thread::Builder::new().name("stdin".to_owned()).spawn(read);
    spawned.map(|_| rx).map_err(|error| SourceError::new(format!("no thread for stdin: {error}")))
}
