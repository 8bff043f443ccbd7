//! A TCP port to which wires send lines or messages, as circuits do: whoever connects sends records
//! one after another, in one format. A document of a format without such marks ends when its sender
//! closes, or sends nothing more for `idle`.
//!
//! TCP tells a sender that bytes have arrived, not that they are kept. With `ack = true` the
//! listener answers with a line `OK n` whenever `n` records of the connection are durable, and a
//! sender that sends everything after the last number again loses nothing. Without it, what was
//! under way at a crash is lost, as with any circuit.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::config::{SourceConfig, TcpConfig};
use crate::format::{Options, Record};
use crate::link::Done;

use super::guard::Guarded;
use super::{Context, Origin, STILL, SourceError, options};

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;
/// Reads whose records are on their way at one time; beyond it the sender waits.
const IN_FLIGHT: usize = 16;
/// Rest after a connection could not be accepted: usually the process has too many files open.
const REST: Duration = Duration::from_millis(200);
/// A sender that does not read its answers for this long is cut off.
const ANSWER: Duration = Duration::from_secs(10);

pub(super) async fn run(
    config: &SourceConfig,
    tcp: &TcpConfig,
    context: Context,
) -> Result<(), SourceError> {
    let name = &config.name.value;
    let listener = TcpListener::bind(tcp.listen).await.map_err(|error| {
        SourceError::new(format!("source `{name}` cannot listen on {}: {error}", tcp.listen))
    })?;
    info!(source = %name, address = %listener.local_addr().unwrap_or(tcp.listen), "listening");
    let shared = Arc::new((config.clone(), tcp.clone()));
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            () = context.stop.cancelled() => break,
            Some(ended) = running.join_next() => joined(ended)?,
            accepted = listener.accept() => match accepted {
                Ok((_, from)) if running.len() >= tcp.connections as usize => {
                    warn!(source = %name, %from, "turned away: `connections` are open");
                }
                Ok((stream, from)) => {
                    info!(source = %name, %from, "connected");
                    running.spawn(connection(stream, shared.clone(), context.clone()));
                }
                Err(error) => {
                    warn!(source = %name, %error, "a connection could not be accepted");
                    tokio::time::sleep(REST).await;
                }
            },
        }
    }
    drop(listener);
    while let Some(ended) = running.join_next().await {
        joined(ended)?;
    }
    Ok(())
}

fn joined(
    ended: Result<Result<(), SourceError>, tokio::task::JoinError>,
) -> Result<(), SourceError> {
    ended.map_err(|error| SourceError::new(format!("a connection: {error}")))?
}

/// Reads one connection to its end, or until the daemon stops. A record that was cut by anything but
/// the sender's own end is left out.
async fn connection(
    mut stream: TcpStream,
    shared: Arc<(SourceConfig, TcpConfig)>,
    context: Context,
) -> Result<(), SourceError> {
    let (config, tcp) = &*shared;
    let origin = Origin::of(config);
    let options = Options { endless: true, ..options(config, &context.clock) };
    let mut parser = Guarded::new(config, options);
    let mut acks = Acks { on: tcp.ack, ..Acks::default() };
    let mut chunk = vec![0; CHUNK];
    let mut flushed = true;
    loop {
        let waiting = acks.in_flight.len();
        let read = tokio::select! {
            read = tokio::time::timeout(tcp.idle, stream.read(&mut chunk)),
                if waiting < IN_FLIGHT => read,
            committed = acks.first(), if waiting > 0 => {
                acks.durable(committed, &mut stream).await?;
                continue;
            }
            () = tokio::time::sleep(STILL), if !flushed => {
                flushed = true;
                acks.submit(parser.flush(), &origin, &context).await?;
                continue;
            }
            () = context.stop.cancelled() => break,
        };
        let (records, ends) = match read {
            Ok(Ok(0)) => (parser.finish(), true),
            Ok(Ok(length)) => {
                flushed = false;
                (parser.feed(&chunk[..length]), false)
            }
            Ok(Err(error)) => {
                info!(source = %config.name.value, %error, "the connection broke");
                break;
            }
            Err(_) => {
                info!(source = %config.name.value, "closed: nothing came for `idle`");
                let whole = parser.holds_document();
                (if whole { parser.finish() } else { Vec::new() }, true)
            }
        };
        acks.submit(records, &origin, &context).await?;
        if ends {
            break;
        }
    }
    acks.submit(parser.flush(), &origin, &context).await?;
    while !acks.in_flight.is_empty() {
        let committed = acks.first().await;
        acks.durable(committed, &mut stream).await?;
    }
    Ok(())
}

/// Records on their way, and how many are durable.
#[derive(Default)]
struct Acks {
    on: bool,
    in_flight: VecDeque<(u64, Done)>,
    durable: u64,
}

impl Acks {
    async fn submit(
        &mut self,
        records: Vec<Record>,
        origin: &Origin,
        context: &Context,
    ) -> Result<(), SourceError> {
        if !records.is_empty() {
            let count = records.len() as u64;
            let done = context.intake.submit(origin, records).await?;
            self.in_flight.push_back((count, done));
        }
        Ok(())
    }

    /// Resolves when the first read that is on its way is durable. Cancel safe.
    async fn first(&mut self) -> bool {
        match self.in_flight.front_mut() {
            Some((_, done)) => done.wait().await,
            None => true,
        }
    }

    /// The first read is durable, or lost: tells the sender how far it has come.
    async fn durable(
        &mut self,
        committed: bool,
        stream: &mut TcpStream,
    ) -> Result<(), SourceError> {
        if !committed {
            return Err(SourceError::new("the pipeline ended before all records were durable"));
        }
        let Some((count, _)) = self.in_flight.pop_front() else { return Ok(()) };
        self.durable += count;
        if self.on && count > 0 {
            let line = format!("OK {}\n", self.durable);
            // A sender that has gone, or does not listen, asks for nothing more.
            let told = tokio::time::timeout(ANSWER, stream.write_all(line.as_bytes())).await;
            self.on = matches!(told, Ok(Ok(())));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt, BufReader};

    use super::*;
    use crate::config::{Config, File, SourceKind};
    use crate::log::sample::at;
    use crate::source::testing::{Bench, until};

    /// A port in front of a pipeline, and a connection to it.
    struct Desk {
        bench: Bench,
        stream: TcpStream,
        listening: tokio::task::JoinHandle<Result<(), SourceError>>,
    }

    async fn desk(keys: &str) -> Desk {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let format = if keys.contains("format") { "" } else { "format = \"ndjson\"\n" };
        let text = format!("[[source.tcp]]\nname = \"wire\"\nlisten = \"{free}\"\n{format}{keys}");
        let (config, problems) = Config::parse(File::new("f", text), std::path::Path::new("."));
        let source = config.unwrap_or_else(|| panic!("{problems}")).sources.remove(0);
        let SourceKind::Tcp(tcp) = source.kind.clone() else { panic!("it is a port") };
        let folder = tempfile::tempdir().unwrap();
        let bench = Bench::start(folder.path(), at(0));
        let context = bench.context.clone();
        let listening = tokio::spawn(async move {
            // The log accepts nothing once it is gone.
            let _folder = folder;
            run(&source, &tcp, context).await
        });
        let stream = loop {
            match TcpStream::connect(free).await {
                Ok(stream) => break stream,
                Err(_) => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        };
        Desk { bench, stream, listening }
    }

    #[tokio::test]
    async fn a_sender_that_wants_it_is_told_how_much_is_durable() {
        let Desk { bench, stream, .. } = desk("ack = true").await;
        let (read, mut write) = stream.into_split();
        let mut answers = BufReader::new(read).lines();
        write.write_all(b"{\"headline\":\"One\"}\n{broken\n{\"head").await.unwrap();
        assert_eq!(answers.next_line().await.unwrap().as_deref(), Some("OK 2"));
        write.write_all(b"line\":\"Two\"}\n").await.unwrap();
        assert_eq!(answers.next_line().await.unwrap().as_deref(), Some("OK 3"));
        assert_eq!(bench.headlines(), ["One", "Two"]);
        assert_eq!(bench.records().len(), 3, "the broken line is in the log");
    }

    #[tokio::test]
    async fn a_sender_that_ends_has_sent_its_last_line_even_without_a_line_end() {
        let Desk { bench, mut stream, .. } = desk("").await;
        stream.write_all(b"{\"headline\":\"One\"}\n{\"headline\":\"Two\"}").await.unwrap();
        drop(stream);
        until("both are taken in", || bench.headlines() == ["One", "Two"]).await;
    }

    #[tokio::test]
    async fn told_to_stop_it_keeps_whole_records_and_leaves_out_a_torn_one() {
        let Desk { bench, stream, listening, .. } = desk("ack = true").await;
        let (read, mut write) = stream.into_split();
        write.write_all(b"{\"headline\":\"One\"}\n{\"headline\":\"Tw").await.unwrap();
        let mut answers = BufReader::new(read).lines();
        assert_eq!(answers.next_line().await.unwrap().as_deref(), Some("OK 1"));
        bench.context.stop.cancel();
        listening.await.unwrap().unwrap();
        assert_eq!(bench.headlines(), ["One"]);
        assert_eq!(bench.records().len(), 1);
        assert_eq!(answers.next_line().await.unwrap(), None, "the connection is closed");
        bench.end().await;
    }

    #[tokio::test]
    async fn messages_of_a_circuit_are_taken_in_while_it_stays_open() {
        const ONE: &str = "\x01exa062 4 i 211 example 061\r\nHarbour/strike/\r\n\x02\
                           Dockers vote to go on =\r\n   Bergen (example) - Dockers voted.\r\n\
                           \x03231905 GMT Nov 26\r\n\x04\r\n";
        for format in ["iptc7901", "auto"] {
            let Desk { bench, mut stream, .. } = desk(&format!("format = \"{format}\"")).await;
            let two = ONE.replace("go on", "stop");
            stream.write_all(format!("{ONE}{}", &two[..80]).as_bytes()).await.unwrap();
            until("the first is taken in", || bench.headlines() == ["Dockers vote to go on"]).await;
            stream.write_all(&two.as_bytes()[80..]).await.unwrap();
            until("so is the second", || bench.headlines().len() == 2).await;
            drop(stream);
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert_eq!(bench.records().len(), 2, "what fills the line is no record");
        }
    }

    #[tokio::test]
    async fn a_document_ends_when_nothing_more_comes() {
        let keys = "format = \"nitf\"\nidle = \"200ms\"";
        let Desk { bench, mut stream, .. } = desk(keys).await;
        let document = "<nitf><body><body.head><hedline><hl1>Ferry sinks</hl1></hedline>\
                        </body.head></body></nitf>";
        stream.write_all(document.as_bytes()).await.unwrap();
        until("it is taken in", || bench.headlines() == ["Ferry sinks"]).await;
    }

    #[tokio::test]
    async fn the_last_headline_of_a_page_is_taken_in_while_the_line_is_open() {
        let Desk { bench, stream, .. } = desk("format = \"list\"\nack = true").await;
        let (read, mut write) = stream.into_split();
        let mut answers = BufReader::new(read).lines();
        write.write_all(b"Ferry sinks\nDam").await.unwrap();
        assert_eq!(answers.next_line().await.unwrap().as_deref(), Some("OK 1"));
        write.write_all(b" opens\n").await.unwrap();
        assert_eq!(answers.next_line().await.unwrap().as_deref(), Some("OK 2"));
        assert_eq!(bench.headlines(), ["Ferry sinks", "Dam opens"]);
    }

    #[tokio::test]
    async fn connections_beyond_the_limit_and_idle_ones_are_closed() {
        let Desk { bench, mut stream, .. } = desk("connections = 1\nidle = \"300ms\"").await;
        let mut second = TcpStream::connect(stream.peer_addr().unwrap()).await.unwrap();
        let mut rest = Vec::new();
        assert_eq!(second.read_to_end(&mut rest).await.unwrap_or(0), 0, "turned away");
        stream.write_all(b"{\"headline\":\"One\"}\n").await.unwrap();
        until("the first is served", || bench.headlines() == ["One"]).await;
        assert_eq!(stream.read_to_end(&mut rest).await.unwrap(), 0, "closed in the end");
    }
}
