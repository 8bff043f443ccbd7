//! Deliveries for people: one line each, what matters first, colours where the terminal has them.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::channel::{Delivery, Digest, Event, Lost, Refusal};
use crate::log::GapCause;
use crate::story::Verdict;
use crate::terminal::escape;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// Writes events as lines. A line with the date comes before the first of each day.
pub(crate) struct Text {
    zone: TimeZone,
    day: Option<Date>,
    /// Width of the channel column: that of the longest name so far.
    channel: usize,
}

/// Longer names push their own line to the right, not all others.
const WIDEST: usize = 16;

impl Text {
    pub(crate) fn new(zone: TimeZone) -> Text {
        Text { zone, day: None, channel: 8 }
    }

    /// The line, without its end.
    pub(crate) fn line(&mut self, event: &Event) -> String {
        match event {
            Event::Story(delivery) => self.story(delivery),
            Event::Digest(digest) => self.digest(digest),
            Event::Rejected(refusal) => self.rejected(refusal),
            Event::Gap(lost) => gap(lost),
        }
    }

    fn story(&mut self, delivery: &Delivery) -> String {
        let head = self.head(delivery.event, &delivery.channel);
        let (style, word) = label(delivery);
        let title = if delivery.told_as() == Verdict::Repeat { DIM } else { BOLD };
        let headline = escape(&delivery.headline);
        format!(
            "{head}{style}{word:<12}{style:#}{title}{headline}{title:#}  {DIM}{}{DIM:#}",
            details(delivery)
        )
    }

    /// What was held back: a line that says why, then one for each story.
    fn digest(&mut self, digest: &Digest) -> String {
        let head = self.head(digest.at, &digest.channel);
        let style = AnsiColor::Blue.on_default().bold();
        let reason = escape(&digest.reason);
        let mut text = format!("{head}{style}{:<12}{style:#}{reason}", "# digest");
        for story in &digest.stories {
            text.push('\n');
            text.push_str(&self.story(story));
        }
        text
    }

    fn rejected(&mut self, refusal: &Refusal) -> String {
        let head = self.head(refusal.received, &refusal.channel);
        let style = AnsiColor::Red.on_default();
        let (reason, source) = (escape(&refusal.reason), escape(&refusal.source));
        let place = refusal.offset.map_or(String::new(), |byte| format!(", byte {byte}"));
        format!("{head}{style}{:<12}{style:#}{reason}  {DIM}{source}{place}{DIM:#}", "! no item")
    }

    /// Time and channel; the date on a line before them when it is another day.
    fn head(&mut self, at: Timestamp, channel: &str) -> String {
        let local = at.to_zoned_datetime(self.zone.clone());
        let day = if self.day.replace(local.date()) == Some(local.date()) {
            String::new()
        } else {
            format!("{DIM}{}{DIM:#}\n", local.strftime("%A, %-d %B %Y"))
        };
        self.channel = self.channel.max(channel.len().min(WIDEST));
        let style = AnsiColor::Blue.on_default();
        let width = self.channel;
        format!("{day}{}  {style}{channel:<width$}{style:#}  ", local.strftime("%H:%M"))
    }
}

/// What the line is to a reader who may have seen the story before.
fn label(delivery: &Delivery) -> (Style, &'static str) {
    let colour = |colour: AnsiColor| colour.on_default().bold();
    if delivery.disputes {
        return (colour(AnsiColor::Yellow), "? disputed");
    }
    match delivery.told_as() {
        Verdict::New => (colour(AnsiColor::Green), "+ new"),
        Verdict::Development => (colour(AnsiColor::Cyan), "~ update"),
        Verdict::Revision => (colour(AnsiColor::Cyan), "~ revised"),
        Verdict::Correction => (colour(AnsiColor::Magenta), "! corrected"),
        Verdict::Kill => (colour(AnsiColor::Red), "x killed"),
        Verdict::Repeat => (DIM, "= repeat"),
    }
}

/// Who says so, which story, and how it stands.
fn details(delivery: &Delivery) -> String {
    let who = delivery.publisher.as_deref().or(delivery.byline.as_deref());
    let mut parts = vec![escape(who.unwrap_or(&delivery.source))];
    parts.push(Cow::Owned(format!("{} · item {}", delivery.story, delivery.item)));
    if delivery.items > 1 {
        let sources = match delivery.publishers {
            1 => "1 source".to_owned(),
            n => format!("{n} sources"),
        };
        parts.push(Cow::Owned(format!("{} items, {sources}", delivery.items)));
    }
    if delivery.disputed && !delivery.disputes {
        parts.push(Cow::Borrowed("disputed"));
    }
    parts.join(" · ")
}

fn gap(lost: &Lost) -> String {
    let style = AnsiColor::Red.on_default().bold();
    let (from, last) = (lost.from, lost.to.0.saturating_sub(1));
    let count = lost.to.0 - lost.from.0;
    let why = match lost.cause {
        GapCause::Trimmed => "were removed before they were delivered here",
        GapCause::Damaged => "are damaged and cannot be delivered",
    };
    format!("{style}-- {count} records of the log {why} (positions {from} to {last}) --{style:#}")
}

#[cfg(test)]
mod tests;
