//! The policy of a channel: what it carries of a story, what it holds back, and for how long.

use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use toml::de::DeValue;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::{At, Table};
use super::schedule::{Missed, Schedule, parse_hours};
use super::value::{Span, Value, describe};

/// What a channel carries of a story after the first item. Disputes, corrections and kills are
/// always carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Repeats {
    /// Nothing else.
    #[default]
    First,
    /// Developments and revisions as well.
    Developments,
    /// Every item.
    All,
}

/// What a channel holds back. Without any key: nothing.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// How many publishers must tell a story before it is delivered first.
    pub publishers: Option<MinPublishers>,
    /// How long a first delivery waits for a better ranked publisher.
    pub prefer_rank: Option<Duration>,
    /// Updates of one story.
    pub max_updates: Option<Rate>,
    /// When nothing is delivered.
    pub quiet: Option<Quiet>,
    /// Deliveries altogether.
    pub rate: Option<Rate>,
    /// What becomes of deliveries beyond `rate` and `max_updates`.
    pub overflow: Overflow,
}

/// `min_publishers`, with its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinPublishers {
    /// Families.
    pub least: u32,
    /// How long the story is held for them.
    pub deadline: Duration,
    /// What becomes of it then.
    pub at_deadline: AtDeadline,
}

/// What becomes of a story that too few publishers told in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AtDeadline {
    /// It is delivered all the same.
    #[default]
    Deliver,
    /// It is dropped, and counted.
    Drop,
}

/// What becomes of deliveries beyond a rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// They are delivered together when there is room again.
    #[default]
    Digest,
    /// They are dropped, and how many is told when there is room again.
    Drop,
}

/// Quiet hours.
#[derive(Clone, Debug)]
pub struct Quiet {
    /// When they are, every day.
    pub hours: Schedule,
    /// A query for items that are delivered all the same.
    pub except: Option<At<String>>,
}

/// At most so many in any such span, written `"30/h"` or `"5/10m"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub most: u32,
    /// In what time.
    pub period: Duration,
}

/// Longest span a policy can look back or hold: what a start must read back of the log.
pub(super) const LONGEST: Duration = Duration::from_secs(86_400);
/// Highest number of deliveries in a span: each is remembered while it lasts.
const MOST: u32 = 10_000;

impl Value for Rate {
    const EXAMPLE: &'static str = "\"30/h\"";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let DeValue::String(text) = value else {
            return Err(format!("is a rate, like {}, not {}", Self::EXAMPLE, describe(value)));
        };
        let wrong = || format!("is a rate like `30/h`, `5/10m` or `100/d`, not `{text}`");
        let (most, period) = text.split_once('/').ok_or_else(wrong)?;
        let most: u32 = most.trim().parse().map_err(|_| wrong())?;
        let period = period.trim();
        let counted = if period.starts_with(|c: char| c.is_ascii_digit()) {
            period.to_owned()
        } else {
            format!("1{period}")
        };
        let Span(period) =
            Span::read(&DeValue::String(counted.as_str().into())).map_err(|_| wrong())?;
        if most == 0 || most > MOST {
            return Err(format!("allows 1 to {MOST}, not {most}"));
        }
        if period.is_zero() || period > LONGEST {
            return Err("is of a span of up to a day".to_owned());
        }
        Ok(Rate { most, period })
    }
}

impl Policy {
    /// Whether it never holds anything back.
    pub fn is_open(&self) -> bool {
        let Policy { publishers, prefer_rank, max_updates, quiet, rate, overflow: _ } = self;
        publishers.is_none()
            && prefer_rank.is_none()
            && max_updates.is_none()
            && quiet.is_none()
            && rate.is_none()
    }

    /// How long it may hold back a delivery, all its gates one after the other.
    pub fn longest(&self) -> Duration {
        let Policy { publishers, prefer_rank, max_updates, quiet, rate, overflow: _ } = self;
        let deadline = publishers.map(|wanted| wanted.deadline);
        let period = |rate: &Option<Rate>| rate.map_or(Duration::ZERO, |rate| rate.period);
        // The first two count from the same moment; updates wait at neither.
        let first = deadline.into_iter().chain(*prefer_rank).chain([period(max_updates)]).max();
        let night = quiet.as_ref().map_or(Duration::ZERO, |_| LONGEST);
        first.unwrap_or_default() + night + period(rate)
    }
}

/// Reads the keys of a policy out of `[[channel]]`.
pub(super) fn read(
    channel: &mut Table<'_>,
    repeats: Repeats,
    problems: &mut Diagnostics,
) -> Policy {
    let publishers = min_publishers(channel, problems);
    let prefer_rank = span(channel, "prefer_rank_within", problems);
    let max_updates = channel.get::<Rate>("max_updates", problems);
    if let Some(rate) = &max_updates
        && repeats == Repeats::First
    {
        let problem = Diagnostic::warning(&rate.place, "`max_updates` has nothing to hold back");
        problems.push(problem.hint("updates come with `repeats = \"developments\"` or `\"all\"`"));
    }
    let quiet = quiet(channel, problems);
    let rate = channel.get::<Rate>("rate", problems).map(|rate| rate.value);
    let max_updates = max_updates.map(|rate| rate.value);
    let needs = "`rate` or `max_updates`";
    let words = [("digest", Overflow::Digest), ("drop", Overflow::Drop)];
    belongs(channel, "overflow", rate.is_some() || max_updates.is_some(), needs, problems);
    let overflow = channel.one_of("overflow", &words, problems).unwrap_or_default();
    Policy { publishers, prefer_rank, max_updates, quiet, rate, overflow }
}

fn min_publishers(channel: &mut Table<'_>, problems: &mut Diagnostics) -> Option<MinPublishers> {
    let least = channel.get::<u32>("min_publishers", problems);
    let asked = least.is_some();
    belongs(channel, "deadline", asked, "`min_publishers`", problems);
    belongs(channel, "at_deadline", asked, "`min_publishers`", problems);
    let deadline = span(channel, "deadline", problems);
    let words = [("deliver", AtDeadline::Deliver), ("drop", AtDeadline::Drop)];
    let at_deadline = channel.one_of("at_deadline", &words, problems).unwrap_or_default();
    let least = least?;
    if least.value < 2 {
        let message = "`min_publishers` is 2 or more: one is always there";
        problems.push(Diagnostic::error(&least.place, message));
    }
    if !channel.has("deadline") {
        let problem = Diagnostic::error(&least.place, "`min_publishers` has no `deadline`");
        let hint = "add `deadline = \"20m\"`: how long a story is held for them";
        problems.push(problem.hint(hint));
    }
    Some(MinPublishers { least: least.value, deadline: deadline?, at_deadline })
}

fn quiet(channel: &mut Table<'_>, problems: &mut Diagnostics) -> Option<Quiet> {
    let written = channel.get::<String>("quiet", problems);
    belongs(channel, "timezone", written.is_some(), "`quiet`", problems);
    belongs(channel, "quiet_except", written.is_some(), "`quiet`", problems);
    let timezone = channel.get::<TimeZone>("timezone", problems);
    let except = channel.get::<String>("quiet_except", problems);
    let written = written?;
    let hours: Option<(Time, Time)> = parse_hours(&written.value);
    let Some((opens, closes)) = hours.filter(|(opens, closes)| opens != closes) else {
        let message = format!("`{}` is no span of hours", written.value);
        let problem = Diagnostic::error(&written.place, message);
        problems.push(problem.hint("write `22:00-06:30`"));
        return None;
    };
    let timezone = timezone.map_or(TimeZone::UTC, |zone| zone.value);
    let hours = Schedule { days: [true; 7], opens, closes, timezone, missed: Missed::Deliver };
    Some(Quiet { hours, except })
}

fn span(
    channel: &mut Table<'_>,
    key: &'static str,
    problems: &mut Diagnostics,
) -> Option<Duration> {
    let Span(span) = channel.get::<Span>(key, problems).and_then(|span| {
        let fits = !span.value.0.is_zero() && span.value.0 <= LONGEST;
        if !fits {
            let message = format!("`{key}` is longer than nothing and at most a day");
            problems.push(Diagnostic::error(&span.place, message));
        }
        fits.then_some(span.value)
    })?;
    Some(span)
}

/// Reports a key that means nothing without another one.
fn belongs(
    channel: &mut Table<'_>,
    key: &'static str,
    needed: bool,
    needs: &str,
    problems: &mut Diagnostics,
) {
    if let Some(place) = channel.place_of_key(key).filter(|_| !needed) {
        let problem = Diagnostic::error(&place, format!("`{key}` means nothing without {needs}"));
        problems.push(problem.hint(format!("add {needs}, or leave it out")));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Config, File};

    fn rate(text: &str) -> Result<(u32, u64), String> {
        let rate = Rate::read(&DeValue::String(text.into()))?;
        Ok((rate.most, rate.period.as_secs()))
    }

    #[test]
    fn rates_are_a_number_in_a_span() {
        assert_eq!(rate("30/h"), Ok((30, 3_600)));
        assert_eq!(rate("5 / 10m"), Ok((5, 600)));
        assert_eq!(rate("100/d"), Ok((100, 86_400)));
        for wrong in ["", "30", "/h", "30/", "0/h", "30/fortnight", "-1/h", "10001/h", "3/2d"] {
            assert!(rate(wrong).is_err(), "{wrong:?}");
        }
    }

    #[track_caller]
    fn case(keys: &str, expected: &[&str]) {
        let text = format!("[[channel]]\nname = \"a\"\n{keys}\n");
        let (_, problems) = Config::parse(File::new("wirefold.toml", text), Path::new("."));
        let report = problems.render(false);
        for expected in expected {
            assert!(report.contains(expected), "no {expected:?} in:\n{report}");
        }
    }

    #[test]
    fn mistakes_in_policies_are_found_with_their_place() {
        case("min_publishers = 2", &["wirefold.toml:3:18", "has no `deadline`", "add `deadline"]);
        case("min_publishers = 1\ndeadline = \"5m\"", &["2 or more"]);
        case("deadline = \"5m\"", &["wirefold.toml:3:1", "means nothing without `min_publishers`"]);
        case("min_publishers = 2\ndeadline = \"3d\"", &["at most a day"]);
        case("overflow = \"drop\"", &["means nothing without `rate` or `max_updates`"]);
        case("rate = \"often\"", &["is a rate like `30/h`"]);
        case("quiet = \"late\"", &["`late` is no span of hours", "22:00-06:30"]);
        case("quiet = \"08:00-08:00\"", &["no span of hours"]);
        case("quiet_except = \"urgency:1\"", &["means nothing without `quiet`"]);
        case("max_updates = \"5/h\"", &["nothing to hold back", "repeats"]);
        case("rate = \"1/h\"\noverflow = \"spill\"", &["`digest`, `drop`"]);
    }
}
