//! `list`: a plain page of headlines, each with its byline and time on lines of their own, and
//! optionally an article with a date line on top.
//!
//! ```text
//!  date 2026-11-23 Harbour desk
//! Headline of the article
//!
//! Its paragraphs …
//! Harbour bridge reopens after storm
//!   • By EXAMPLE NEWS
//!   • 11/23/2026 07:05 PM
//! ```
//!
//! A page has no mark between the article and the first headline: the last line before the first
//! byline or time is that headline. Hence the lines of an article are held until then; a headline
//! is held until its byline and time are known, the next headline comes or the input is still.

use jiff::civil::Date;

use super::Record;
use super::date::{Dates, Moment};
use super::lines::Line;
use super::text;
use crate::item::{Item, Reject, RejectKind};

mod read;

use read::Meta;

/// The state of one page.
pub(super) struct List {
    dates: Dates,
    /// Whether a numeric date was seen that only makes sense one way.
    order_known: bool,
    /// The day of lines that name only a time of day.
    day: Option<Date>,
    place: Place,
    /// The headline whose byline or time is still awaited.
    pending: Option<Item>,
    max_record: usize,
}

/// Where on the page reading is.
enum Place {
    /// Before the first text.
    Top,
    /// After one line of text, which may be a headline or the title of an article, at an offset.
    Second(u64),
    /// In an article.
    Article(Article),
    /// Among the headlines.
    Headlines,
}

#[derive(Default)]
struct Article {
    time: Option<Moment>,
    offset: u64,
    lines: Vec<String>,
    bytes: usize,
}

impl List {
    pub(super) fn new(dates: Dates, max_record: usize) -> List {
        let place = Place::Top;
        List { dates, order_known: false, day: None, place, pending: None, max_record }
    }

    /// Learns from lines about to be read whether numeric dates put the day first: one number
    /// above 12 tells it for the page.
    pub(super) fn learn<'a>(&mut self, mut lines: impl Iterator<Item = &'a str>) {
        if self.order_known {
            return;
        }
        if let Some(day_first) = lines.find_map(read::day_first) {
            self.dates.day_first = day_first;
            self.order_known = true;
        }
    }

    /// Reads one line.
    pub(super) fn line(&mut self, line: Line, out: &mut Vec<Record>) {
        if line.text.trim().is_empty() {
        } else if let Some(time) = read::date_line(&line.text, &self.dates) {
            self.finish(out);
            self.begin_article(Some(time));
        } else if let Some(meta) = read::meta(&line.text, &self.dates, self.day) {
            self.meta(meta, out);
        } else {
            self.text(line, out);
        }
    }

    /// Ends the page: what was held becomes items.
    pub(super) fn finish(&mut self, out: &mut Vec<Record>) {
        out.extend(self.pending.take().map(Ok));
        if let Place::Article(article) = std::mem::replace(&mut self.place, Place::Top) {
            out.extend(article.item().map(Ok));
        }
        self.day = None;
    }

    /// Ends the page where a document of another format begins. A single line above that is noise.
    pub(super) fn interrupt(&mut self, out: &mut Vec<Record>) {
        if let (Place::Second(offset), Some(item)) = (&self.place, &self.pending) {
            let reason = "The line before a document of another format belongs to nothing.";
            let line = item.headline.as_bytes();
            out.push(Err(Reject::new(RejectKind::Malformed, reason, *offset, line)));
            self.pending = None;
        }
        self.finish(out);
    }

    /// Gives out the headline that is held: the input is still, and nothing more is expected of it. A
    /// byline or time that comes after all is nobody's; an article goes on being held.
    pub(super) fn flush(&mut self, out: &mut Vec<Record>) {
        if let Some(item) = self.pending.take() {
            self.place = Place::Headlines;
            out.push(Ok(item));
        }
    }

    fn begin_article(&mut self, time: Option<Moment>) {
        self.day = time.map(|moment| self.dates.zone.to_datetime(moment.time).date());
        self.place = Place::Article(Article { time, ..Article::default() });
    }

    fn text(&mut self, line: Line, out: &mut Vec<Record>) {
        let text = read::without_bullet(&line.text);
        match &mut self.place {
            Place::Article(article) => {
                let max = self.max_record;
                if let Some(reject) = article.push(line, max) {
                    out.push(Err(reject));
                    self.place = Place::Headlines;
                }
                return;
            }
            Place::Second(_) if read::is_prose(text) => {
                let title = self.pending.take().map(|item| item.headline).unwrap_or_default();
                let bytes = title.len() + text.len();
                let lines = vec![title, text.to_owned()];
                self.place =
                    Place::Article(Article { time: None, offset: line.offset, lines, bytes });
                return;
            }
            Place::Top => self.place = Place::Second(line.offset),
            Place::Second(_) | Place::Headlines => self.place = Place::Headlines,
        }
        let item = Item { headline: text::from_plain(text), ..Item::default() };
        out.extend(self.pending.replace(item).map(Ok));
    }

    fn meta(&mut self, meta: Meta, out: &mut Vec<Record>) {
        match &mut self.place {
            Place::Top => return self.begin_article(meta.time),
            Place::Article(article) => match article.lines.pop() {
                None => {
                    article.time = article.time.or(meta.time);
                    return;
                }
                Some(last) => {
                    let article = std::mem::take(article);
                    out.extend(article.item().map(Ok));
                    let headline = text::from_plain(read::without_bullet(&last));
                    self.pending = Some(Item { headline, ..Item::default() });
                }
            },
            Place::Second(_) | Place::Headlines => {}
        }
        self.place = Place::Headlines;
        let Some(item) = &mut self.pending else {
            // Between headlines, a date alone is that of the headlines below.
            self.day = meta.time.map(|m| self.dates.zone.to_datetime(m.time).date()).or(self.day);
            return;
        };
        if let Some(byline) = meta.byline {
            item.publisher = read::organisation(&byline);
            item.byline = Some(byline);
        }
        if let Some(moment) = meta.time {
            item.set_time(moment);
        }
        if item.byline.is_some() && item.versioncreated.is_some() {
            out.extend(self.pending.take().map(Ok));
        }
    }
}

impl Article {
    /// Adds a line; `Some` when the article has grown too long.
    fn push(&mut self, line: Line, max: usize) -> Option<Reject> {
        if self.lines.is_empty() {
            self.offset = line.offset;
        }
        self.bytes += line.text.len() + 1;
        self.lines.push(line.text.trim().to_owned());
        if self.bytes <= max {
            return None;
        }
        let bytes = self.lines.join("\n");
        Some(Reject::too_large(self.offset, max, bytes.as_bytes()))
    }

    fn item(self) -> Option<Item> {
        let (headline, paragraphs) = self.lines.split_first()?;
        let mut item = Item { headline: text::from_plain(headline), ..Item::default() };
        if !paragraphs.is_empty() {
            item.body = Some(text::from_plain(&paragraphs.join("\n")));
        }
        if let Some(moment) = self.time {
            item.set_time(moment);
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests;
