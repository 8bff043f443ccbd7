//! Standard input, until it ends. It cannot be acknowledged: what was unread at a kill is outside
//! the guarantee.

use std::io::Read;

use tracing::info;

use crate::config::SourceConfig;
use crate::format::Options;
use crate::link::{self, Receiver};

use super::guard::Guarded;
use super::{Context, Origin, STILL, SourceError, options};

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

pub(super) async fn run(config: &SourceConfig, context: Context) -> Result<(), SourceError> {
    take_in(config, context, read_in_background(std::io::stdin())?).await
}

async fn take_in(
    config: &SourceConfig,
    context: Context,
    chunks: Receiver<std::io::Result<Vec<u8>>>,
) -> Result<(), SourceError> {
    let origin = Origin::of(config);
    let options = Options { endless: true, ..options(config, &context.clock) };
    let mut parser = Guarded::new(config, options);
    let mut flushed = true;
    loop {
        let chunk = tokio::select! {
            chunk = chunks.recv() => chunk,
            () = tokio::time::sleep(STILL), if !flushed => {
                flushed = true;
                context.intake.submit(&origin, parser.flush()).await?;
                continue;
            }
            () = context.stop.cancelled() => None,
        };
        let records = match chunk {
            Some(Ok(bytes)) => {
                flushed = false;
                parser.feed(&bytes)
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::log::sample::at;
    use crate::source::testing::{Bench, until};

    #[tokio::test]
    async fn the_last_headline_of_a_page_is_taken_in_while_the_pipe_is_open() {
        let config = Config::built_in().sources.remove(0);
        let folder = tempfile::tempdir().unwrap();
        let bench = Bench::start(folder.path(), at(0));
        let (tx, rx) = link::bounded("stdin", 4);
        let context = bench.context.clone();
        let reading = tokio::spawn(async move { take_in(&config, context, rx).await });
        tx.send(Ok(b"Ferry sinks\nDam opens\nHalf a".to_vec())).await.unwrap();
        until("both are taken in", || bench.headlines() == ["Ferry sinks", "Dam opens"]).await;
        tx.send(Ok(b" line".to_vec())).await.unwrap();
        drop(tx);
        reading.await.unwrap().unwrap();
        until("so is the rest", || bench.headlines().len() == 3).await;
        assert_eq!(bench.headlines()[2], "Half a line");
    }
}
