//! `[[sink.mail]]`: digests by mail, at fixed times or in a rhythm.

use std::path::Path;
use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use toml::de::DeValue;

use crate::config::diagnostic::{Diagnostic, Diagnostics};
use crate::config::endpoint::{self, Endpoint, Kind};
use crate::config::feature;
use crate::config::reader::{At, Table};
use crate::config::value::{Span, Value, describe};

/// Digests by mail.
#[derive(Clone, Debug)]
pub struct MailSink {
    /// Where the mail server is.
    pub endpoint: Endpoint,
    /// Who sends: `Name <address>` or an address.
    pub sender: String,
    /// Who receives.
    pub to: Vec<String>,
    /// When digests are due.
    pub rhythm: Rhythm,
    /// Zone of the times in digests, and of `at`.
    pub timezone: TimeZone,
    /// Stories of one digest that are told in full; the others are counted.
    pub max_stories: usize,
}

/// When digests are due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// At these times of every day, in order.
    At(Vec<Time>),
    /// At every whole multiple of this since 1970.
    Every(Duration),
}

impl MailSink {
    /// When the next digest after `now` is due.
    pub fn next(&self, now: Timestamp) -> Timestamp {
        match &self.rhythm {
            Rhythm::Every(every) => {
                let every = i64::try_from(every.as_secs()).unwrap_or(i64::MAX).max(1);
                let last = now.as_second().div_euclid(every);
                Timestamp::from_second(last.saturating_add(1).saturating_mul(every))
                    .unwrap_or(Timestamp::MAX)
            }
            Rhythm::At(times) => {
                let today = now.to_zoned_datetime(self.timezone.clone()).date();
                let days = std::iter::successors(Some(today), |day| day.tomorrow().ok()).take(3);
                let moments =
                    days.flat_map(|day| times.iter().map(move |time| day.to_datetime(*time)));
                let zoned = moments.filter_map(|moment| self.timezone.to_timestamp(moment).ok());
                // Three days hold a time even where clocks are put forward.
                zoned.filter(|moment| *moment > now).min().unwrap_or_else(|| {
                    now.checked_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX)
                })
            }
        }
    }
}

const KIND: Kind = Kind {
    plain: &["smtp"],
    encrypted: Some("smtps"),
    upgrades: true,
    default: "smtp://127.0.0.1:25",
};

pub(super) fn read(
    table: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> Option<MailSink> {
    feature::needs("mail", cfg!(feature = "mail"), table, problems);
    let endpoint = endpoint::read(table, folder, &KIND, problems);
    let sender = table.require::<String>("sender", problems);
    let to = table.list::<String>("to", problems).map_or_else(Vec::new, |to| to.value);
    if to.is_empty() {
        let problem = Diagnostic::error(table.place(), "nobody receives these digests");
        problems.push(problem.hint("add `to = [\"desk@example.org\"]`"));
    }
    sender.iter().chain(&to).for_each(|address| mailbox(address, problems));
    let timezone = table.get::<TimeZone>("timezone", problems);
    let at = table.list::<Clock>("at", problems);
    let every = table.get::<Span>("every", problems);
    let max_stories = table.within("max_stories", 100, 1..=1_000, problems);
    let rhythm = match (at, every) {
        (Some(at), None) if !at.value.is_empty() => {
            let mut times: Vec<_> = at.value.iter().map(|time| time.value.0).collect();
            times.sort_unstable();
            Some(Rhythm::At(times))
        }
        (None, Some(every)) if every.value.0 >= Duration::from_secs(1) => {
            Some(Rhythm::Every(every.value.0))
        }
        (at, every) => {
            let place = every.map(|at| at.place).or(at.map(|at| at.place));
            let place = place.unwrap_or_else(|| table.place().clone());
            let problem = Diagnostic::error(&place, "it is not said when digests are due");
            problems.push(problem.hint("write `at = [\"07:00\", \"18:00\"]` or `every = \"1h\"`"));
            None
        }
    };
    Some(MailSink {
        endpoint: endpoint?,
        sender: sender?.value,
        to: to.into_iter().map(|address| address.value).collect(),
        rhythm: rhythm?,
        timezone: timezone.map_or(TimeZone::UTC, |zone| zone.value),
        max_stories: max_stories as usize,
    })
}

/// A time of day, written `"07:00"`.
struct Clock(Time);

impl Value for Clock {
    const EXAMPLE: &'static str = "\"07:00\"";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let DeValue::String(text) = value else {
            return Err(format!("is a time of day, like \"07:00\", not {}", describe(value)));
        };
        let parts =
            text.split_once(':').filter(|(hour, minute)| hour.len() <= 2 && minute.len() == 2);
        let time = parts.and_then(|(hour, minute)| {
            Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
        });
        time.map(Clock).ok_or_else(|| format!("is a time of day, like \"07:00\", not \"{text}\""))
    }
}

#[cfg(feature = "mail")]
fn mailbox(address: &At<String>, problems: &mut Diagnostics) {
    let Ok(mailbox) = address.value.parse::<lettre::message::Mailbox>() else {
        let message = format!("`{}` is not a mail address", address.value);
        let hint = "write `desk@example.org` or `The Desk <desk@example.org>`";
        return problems.push(Diagnostic::error(&address.place, message).hint(hint));
    };
    let (user, domain) = (mailbox.email.user(), mailbox.email.domain());
    // Few mail servers take it as it is, and all as it stands in the DNS.
    if !domain.is_ascii() {
        let message = format!("the domain of `{}` is not as mail servers know it", address.value);
        let ascii = url::Host::parse(domain).map_or_else(|_| "…".to_owned(), |it| it.to_string());
        let hint = format!("write `{user}@{ascii}`");
        problems.push(Diagnostic::error(&address.place, message).hint(hint));
    }
}

#[cfg(not(feature = "mail"))]
fn mailbox(_: &At<String>, _: &mut Diagnostics) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sink(rhythm: Rhythm, zone: &str) -> MailSink {
        let url = "smtp://127.0.0.1".parse().unwrap();
        MailSink {
            endpoint: Endpoint { url, password: None, tls: false, ca_file: None },
            sender: String::new(),
            to: Vec::new(),
            rhythm,
            timezone: TimeZone::get(zone).unwrap(),
            max_stories: 1,
        }
    }

    #[track_caller]
    fn next(sink: &MailSink, now: &str) -> String {
        sink.next(now.parse().unwrap()).to_string()
    }

    #[test]
    fn a_digest_is_due_at_the_next_of_its_times_in_its_zone() {
        let times = [7, 18].map(|hour| Time::constant(hour, 0, 0, 0)).to_vec();
        let sink = sink(Rhythm::At(times), "Europe/Berlin");
        assert_eq!(next(&sink, "2026-01-10T05:59:59Z"), "2026-01-10T06:00:00Z");
        assert_eq!(next(&sink, "2026-01-10T06:00:00Z"), "2026-01-10T17:00:00Z");
        assert_eq!(next(&sink, "2026-01-10T17:00:00Z"), "2026-01-11T06:00:00Z");
        assert_eq!(next(&sink, "2026-07-10T17:00:00Z"), "2026-07-11T05:00:00Z");
    }

    #[test]
    fn a_time_that_a_day_leaves_out_is_not_left_out() {
        let times = vec![Time::constant(2, 30, 0, 0)];
        let sink = sink(Rhythm::At(times), "Europe/Berlin");
        assert_eq!(next(&sink, "2026-03-28T12:00:00Z"), "2026-03-29T01:30:00Z");
    }

    #[test]
    fn a_rhythm_falls_on_whole_multiples() {
        let sink = sink(Rhythm::Every(Duration::from_secs(3_600)), "UTC");
        assert_eq!(next(&sink, "2026-01-10T05:59:59Z"), "2026-01-10T06:00:00Z");
        assert_eq!(next(&sink, "2026-01-10T06:00:00Z"), "2026-01-10T07:00:00Z");
    }
}
