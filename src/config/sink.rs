//! `[[sink.*]]`: where channels are delivered.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::DeValue;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::{At, Table};
use super::resolve;
use super::secret::Secret;
use super::value::{Bytes, Span, Value};

mod mail;
mod nats;
mod postgres;
mod redis;
mod webhook;

pub use mail::{MailSink, Rhythm};
pub use nats::NatsSink;
pub use postgres::PostgresSink;
pub use redis::RedisSink;
pub(super) use webhook::check as check_webhook;
pub use webhook::{Address, Template, WebhookConfig};

/// One sink: what all kinds share, and its kind.
#[derive(Clone, Debug)]
pub struct SinkConfig {
    /// Name of its cursor.
    pub name: At<String>,
    /// Channels it delivers.
    pub channels: Vec<At<String>>,
    /// Where it begins when it has no cursor yet.
    pub from: From,
    /// Deliveries that are handed over at once, at most.
    pub batch: usize,
    /// When a delivery that is not taken becomes a dead letter.
    pub give_up: GiveUp,
    /// Where it delivers them.
    pub kind: SinkKind,
}

/// How much effort one delivery gets before it becomes a dead letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GiveUp {
    /// So long after its first attempt. `None`: never.
    pub after: Option<Duration>,
    /// After so many attempts. `None`: however many.
    pub attempts: Option<u32>,
}

/// Where a sink begins when it has no cursor yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum From {
    /// With the oldest record that is kept.
    #[default]
    Start,
    /// With what is committed after it was added.
    Now,
}

/// Where a sink delivers.
#[derive(Clone, Debug)]
pub enum SinkKind {
    /// Standard output.
    Stdout {
        /// Lines for people or for programs.
        format: StdoutFormat,
    },
    /// A file of NDJSON lines.
    File {
        /// The file that is written; rotated ones stand beside it.
        path: At<PathBuf>,
        /// When it is rotated.
        rotation: Rotation,
    },
    /// An HTTP receiver, or the hook of a chat.
    Webhook(Box<WebhookConfig>),
    /// A stream of NATS JetStream.
    Nats(Box<NatsSink>),
    /// Streams of Redis or Valkey.
    Redis(Box<RedisSink>),
    /// Tables of a PostgreSQL database.
    Postgres(Box<PostgresSink>),
    /// Digests by mail.
    Mail(Box<MailSink>),
}

impl SinkKind {
    /// The word for it in a configuration.
    pub fn word(&self) -> &'static str {
        match self {
            SinkKind::Stdout { .. } => "stdout",
            SinkKind::File { .. } => "file",
            SinkKind::Webhook(_) => "webhook",
            SinkKind::Nats(_) => "nats",
            SinkKind::Redis(_) => "redis",
            SinkKind::Postgres(_) => "postgres",
            SinkKind::Mail(_) => "mail",
        }
    }

    /// Whether it is handed everything that was read at once, and never less after a failure:
    /// what it writes to is this machine's own, and takes all or nothing. Such a sink never gives
    /// up.
    pub fn in_pages(&self) -> bool {
        matches!(self, SinkKind::Stdout { .. } | SinkKind::File { .. } | SinkKind::Mail(_))
    }

    /// Whether it only collects what it is handed, to send it later at times of its own.
    pub fn collects(&self) -> bool {
        matches!(self, SinkKind::Mail(_))
    }

    /// The secrets that it connects with. A webhook reads its own when it is opened, which connects
    /// nothing.
    pub fn secrets(&self) -> Vec<&Secret> {
        let (endpoint, others) = match self {
            SinkKind::Stdout { .. } | SinkKind::File { .. } | SinkKind::Webhook(_) => {
                return Vec::new();
            }
            SinkKind::Nats(nats) => {
                (&nats.server.endpoint, [&nats.server.token, &nats.server.credentials])
            }
            SinkKind::Redis(redis) => (&redis.endpoint, [&None, &None]),
            SinkKind::Postgres(postgres) => (&postgres.endpoint, [&None, &None]),
            SinkKind::Mail(mail) => (&mail.endpoint, [&None, &None]),
        };
        endpoint.password.iter().chain(others.into_iter().flatten()).collect()
    }

    /// Whether it is opened before there is anything to deliver: to do something at times of its own,
    /// or because opening it shows at once whether its secrets are good.
    pub fn opens_early(&self) -> bool {
        matches!(self, SinkKind::Mail(_) | SinkKind::Webhook(_))
    }

    /// How long one delivery is tried when the configuration does not say. A broker that is away is
    /// waited for: it refuses none in particular.
    fn patience(&self) -> Option<Duration> {
        const DAY: Duration = Duration::from_secs(86_400);
        let broker = matches!(self, SinkKind::Nats(_) | SinkKind::Redis(_) | SinkKind::Postgres(_));
        (!broker).then_some(DAY)
    }

    /// Deliveries that are handed over at once when the configuration does not say.
    fn batch(&self) -> u32 {
        match self {
            SinkKind::Stdout { .. } | SinkKind::File { .. } | SinkKind::Mail(_) => 1,
            // One event a request is what receivers of webhooks expect.
            SinkKind::Webhook(_) => 1,
            SinkKind::Nats(_) | SinkKind::Redis(_) | SinkKind::Postgres(_) => 256,
        }
    }
}

/// How standard output is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StdoutFormat {
    /// `Text` on a terminal, `Ndjson` otherwise.
    Auto,
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Ndjson,
}

/// When a file is rotated, and how many are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// A file is rotated before it passes this many bytes.
    pub size: u64,
    /// Rotated files that are kept; older ones are removed. 0 keeps all.
    pub keep: u32,
    /// Rotated files are compressed (gzip).
    pub compress: bool,
}

/// How large a file may be that is rotated.
const SIZES: RangeInclusive<Bytes> = Bytes(1 << 10)..=Bytes(u64::MAX);

pub(super) fn read(
    top: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> Vec<SinkConfig> {
    let Some(mut group) = top.table("sink", problems) else { return Vec::new() };
    let mut sinks = Vec::new();
    let formats = [
        ("auto", StdoutFormat::Auto),
        ("text", StdoutFormat::Text),
        ("ndjson", StdoutFormat::Ndjson),
    ];
    for mut table in group.tables("stdout", problems) {
        let format = table.one_of("format", &formats, problems).unwrap_or(StdoutFormat::Auto);
        let sink = common(&mut table, SinkKind::Stdout { format }, problems);
        table.finish(problems);
        sinks.push(sink);
    }
    for mut table in group.tables("file", problems) {
        let path = table.require::<PathBuf>("path", problems);
        let rotation = Rotation {
            size: table.within("rotate_size", Bytes(64 << 20), SIZES, problems).0,
            keep: table.or("rotate_keep", 10, problems),
            compress: table.or("rotate_compress", false, problems),
        };
        let path = match path {
            Some(At { value, place }) => At { value: resolve(folder, value), place },
            None => At { value: PathBuf::new(), place: table.place().clone() },
        };
        let sink = common(&mut table, SinkKind::File { path, rotation }, problems);
        table.finish(problems);
        sinks.push(sink);
    }
    let mut of_kind = |key, read: &dyn Fn(&mut Table<'_>, &mut Diagnostics) -> Option<SinkKind>| {
        for mut table in group.tables(key, problems) {
            let kind = read(&mut table, problems);
            // The other keys are read all the same: all problems come at once.
            if kind.is_none() {
                give_up(&mut table, None, problems);
                table.or("batch", 1_u32, problems);
            }
            // Stands for a sink with mistakes: such a configuration is refused.
            let kind = kind.unwrap_or(SinkKind::Stdout { format: StdoutFormat::Auto });
            let sink = common(&mut table, kind, problems);
            table.finish(problems);
            sinks.push(sink);
        }
    };
    of_kind("webhook", &|table, problems| {
        webhook::read(table, folder, problems).map(|hook| SinkKind::Webhook(Box::new(hook)))
    });
    of_kind("nats", &|table, problems| {
        nats::read(table, folder, problems).map(|nats| SinkKind::Nats(Box::new(nats)))
    });
    of_kind("redis", &|table, problems| {
        redis::read(table, folder, problems).map(|redis| SinkKind::Redis(Box::new(redis)))
    });
    of_kind("postgres", &|table, problems| {
        postgres::read(table, folder, problems).map(|sink| SinkKind::Postgres(Box::new(sink)))
    });
    of_kind("mail", &|table, problems| {
        mail::read(table, folder, problems).map(|mail| SinkKind::Mail(Box::new(mail)))
    });
    group.finish(problems);
    sinks
}

/// The keys that every kind of sink has.
fn common(table: &mut Table<'_>, kind: SinkKind, problems: &mut Diagnostics) -> SinkConfig {
    let channels = table.list("channels", problems);
    let words = [("start", From::Start), ("now", From::Now)];
    let from = table.one_of("from", &words, problems).unwrap_or_default();
    let name = table.required_name(problems);
    if channels.as_ref().is_none_or(|channels| channels.value.is_empty()) {
        let message = format!("{} names no channels, so nothing would reach it", table.name());
        let problem = Diagnostic::error(table.place(), message);
        problems.push(problem.hint("add `channels = [\"…\"]`"));
    }
    let channels = channels.map_or_else(Vec::new, |channels| channels.value);
    let (batch, give_up) = match kind.in_pages() {
        true => (1, GiveUp::default()),
        false => {
            let batch = table.within("batch", kind.batch(), 1..=1_000, problems);
            (batch, give_up(table, kind.patience(), problems))
        }
    };
    let batch = batch as usize;
    SinkConfig { name, channels, from, batch, give_up, kind }
}

/// The keys that say when a delivery becomes a dead letter.
fn give_up(table: &mut Table<'_>, usual: Option<Duration>, problems: &mut Diagnostics) -> GiveUp {
    let Patience(after) = table.or("give_up", Patience(usual), problems);
    let attempts = table.get::<u32>("give_up_attempts", problems);
    if let Some(none) = attempts.as_ref().filter(|attempts| attempts.value == 0) {
        let problem = Diagnostic::error(&none.place, "`give_up_attempts` must be at least 1");
        problems.push(problem.hint("leave it out to set no limit"));
    }
    GiveUp { after, attempts: attempts.map(|attempts| attempts.value) }
}

/// How long something is tried: a span of time, or `"never"` given up.
struct Patience(Option<Duration>);

impl Value for Patience {
    const EXAMPLE: &'static str = "\"24h\"";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        match value {
            DeValue::String(text) if text == "never" => Ok(Patience(None)),
            value => Span::read(value)
                .map(|span| Patience(Some(span.0)))
                .map_err(|message| format!("{message}; or `never`")),
        }
    }
}
