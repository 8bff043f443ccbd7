//! The push parser: one for all formats.

use std::borrow::Cow;

use super::date::Dates;
use super::lines::{Line, Lines};
use super::list::List;
use super::tsv::Tsv;
use super::{
    Format, Options, Record, anpa, charset, circuit, detect, embargo, feed, iptc7901, mail, ndjson,
    newsml_1, newsml_g2, nitf, offset_of,
};
use crate::item::{Reject, RejectKind};

/// Largest document that is held, in bytes.
pub const MAX_DOCUMENT: usize = 64 * 1024 * 1024;

/// Reads one input, piece by piece.
pub struct Parser {
    format: Format,
    options: Options,
    dates: Dates,
    state: State,
    cut: bool,
    notice: Option<String>,
}

enum State {
    /// `auto`: the first bytes, until they tell the format.
    Undecided(Vec<u8>),
    /// A line format.
    Lines(Lines, Reader),
    /// A document format, where in the input the document begins, and whether it has grown too large.
    Document { format: Format, bytes: Vec<u8>, offset: u64, overlong: bool },
}

/// What is to be expected of the input.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ahead {
    /// More, at once for all that is known.
    More,
    /// More, but it has been still for a while.
    Pause,
    Nothing,
}

/// What a line of a page begins that may be no headline.
enum Begun {
    /// What follows it will tell.
    Unknown,
    Document(Format),
    Nothing,
}

enum Reader {
    List(Box<List>),
    Tsv(Tsv),
    /// The flag is true once the first line was read.
    Ndjson(bool),
}

impl Parser {
    /// A parser for one input in `format`.
    pub fn new(format: Format, options: Options) -> Parser {
        let dates =
            Dates { zone: options.timezone.clone(), received: options.received, day_first: false };
        let state = State::of(format, &options, &dates);
        Parser { format, options, dates, state, cut: false, notice: None }
    }

    /// Tells the parser all that it will be fed, which tells the format better than the first piece, so
    /// that the dates at the end of a page tell how those at its beginning are meant. Whether it is
    /// read by lines.
    pub(super) fn expect(&mut self, bytes: &[u8]) -> bool {
        if matches!(self.state, State::Undecided(_))
            && let Some(format) = Format::detect(bytes)
        {
            self.state = State::of(format, &self.options, &self.dates);
        }
        if let State::Lines(_, Reader::List(list)) = &mut self.state {
            // A date is ASCII, whatever the rest of its line may be.
            let lines =
                bytes.split(|byte| *byte == b'\n').filter_map(|line| str::from_utf8(line).ok());
            list.learn(lines);
        }
        matches!(self.state, State::Lines(..))
    }

    /// Takes in bytes and gives out the records that are complete.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Record>) {
        match &mut self.state {
            State::Undecided(held) => {
                held.extend_from_slice(bytes);
                if detect::decidable(held, self.options.endless) {
                    self.decide(out);
                }
            }
            State::Lines(lines, _) => {
                lines.push(bytes);
                self.lines(Ahead::More, out);
            }
            State::Document { bytes: held, overlong, .. } => {
                let room = MAX_DOCUMENT.saturating_sub(held.len());
                *overlong |= bytes.len() > room;
                held.extend_from_slice(&bytes[..bytes.len().min(room)]);
                if self.options.endless {
                    self.messages(out);
                }
            }
        }
    }

    /// Ends the input and gives out what was held. The parser is as new afterwards.
    pub fn finish(&mut self, out: &mut Vec<Record>) {
        self.decide(out);
        self.lines(Ahead::Nothing, out);
        let fresh = State::of(self.format, &self.options, &self.dates);
        match std::mem::replace(&mut self.state, fresh) {
            State::Undecided(_) => {}
            State::Lines(_, mut reader) => {
                if let Reader::List(list) = &mut reader {
                    list.finish(out);
                }
            }
            State::Document { bytes, .. } if self.options.endless && circuit::is_filler(&bytes) => {
            }
            State::Document { format, bytes, offset, overlong } => {
                self.document(offset, format, &bytes, overlong, out);
            }
        }
    }

    /// Gives out what is complete and held only for what may follow it: for an input that has been
    /// still for a while, and goes on. Half a line stays.
    pub fn flush(&mut self, out: &mut Vec<Record>) {
        self.lines(Ahead::Pause, out);
        if let State::Lines(_, Reader::List(list)) = &mut self.state {
            list.flush(out);
        }
    }

    /// What there is to say about the input that is no record, once.
    pub fn take_notice(&mut self) -> Option<String> {
        self.notice.take()
    }

    /// True when bytes are held of which nothing can be said before the input ends.
    pub fn holds_document(&self) -> bool {
        match &self.state {
            State::Document { bytes, .. } => !bytes.is_empty(),
            State::Undecided(_) => false,
            State::Lines(lines, _) => lines.is_rewound(),
        }
    }

    /// Whether what was read was a feed that ended before it was closed.
    pub(super) fn cut(&self) -> bool {
        self.cut
    }

    /// Gives out the messages of a circuit that have ended. One that does not end is let go.
    fn messages(&mut self, out: &mut Vec<Record>) {
        let State::Document {
            format: format @ (Format::Iptc7901 | Format::Anpa),
            bytes,
            offset,
            ..
        } = &mut self.state
        else {
            return;
        };
        let (format, begin) = (*format, *offset);
        let mut end = circuit::ended(bytes);
        if end == 0 && bytes.len() > self.options.max_record {
            end = bytes.len();
        }
        if end > 0 {
            let rest = bytes.split_off(end);
            let ended = std::mem::replace(bytes, rest);
            *offset += end as u64;
            self.document(begin, format, &ended, false, out);
        }
    }

    /// Chooses the format and reads what was held so far.
    fn decide(&mut self, out: &mut Vec<Record>) {
        let State::Undecided(held) = &mut self.state else { return };
        let held = std::mem::take(held);
        if held.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        self.state = match Format::detect(&held) {
            Some(format) => State::of(format, &self.options, &self.dates),
            None => State::document(Format::Auto, Vec::new(), 0),
        };
        self.feed(&held, out);
    }

    fn lines(&mut self, ahead: Ahead, out: &mut Vec<Record>) {
        let State::Lines(lines, reader) = &mut self.state else { return };
        let last = ahead == Ahead::Nothing;
        let page = self.format == Format::Auto && matches!(reader, Reader::List(_));
        let mut batch = Vec::new();
        let mut interrupted = None;
        loop {
            if matches!(reader, Reader::Ndjson(false)) {
                match lines.text_ahead(last) {
                    None if !last => break,
                    Some((at, b'[')) => {
                        self.state = State::document(Format::Ndjson, lines.take(at), at);
                        return;
                    }
                    _ => {}
                }
            }
            let Some(line) = lines.next(last) else { break };
            if let Reader::Ndjson(begun @ false) = &mut *reader {
                match &line {
                    Ok(line) if line.text.trim().is_empty() => {}
                    Ok(Line { offset, text }) => {
                        *begun = true;
                        if ndjson::begins_document(text) {
                            let bytes = lines.take(*offset);
                            self.state = State::document(Format::Ndjson, bytes, *offset);
                            return;
                        }
                    }
                    // A refused line is one all the same: what follows it is no document.
                    Err(_) => *begun = true,
                }
            }
            if let Ok(line) = &line
                && page
                && detect::may_interrupt(&line.text)
            {
                lines.rewind(line.offset);
                match begun_by(lines.rest(), ahead, self.options.endless) {
                    Begun::Unknown => break,
                    Begun::Document(format) => {
                        interrupted = Some((format, lines.take(line.offset), line.offset));
                        break;
                    }
                    Begun::Nothing => _ = lines.next(last),
                }
                if circuit::is_filler(line.text.as_bytes()) {
                    continue;
                }
            }
            batch.push(line);
        }
        if let Reader::List(list) = reader {
            list.learn(batch.iter().flatten().map(|line| line.text.as_str()));
        }
        for line in batch {
            match line {
                Ok(line) => reader.line(line, &self.dates, self.options.exported, out),
                Err(reject) => out.push(Err(reject)),
            }
        }
        if let Reader::Tsv(tsv) = reader {
            self.notice = self.notice.take().or_else(|| tsv.take_notice());
        }
        if let Some((format, held, offset)) = interrupted {
            if let Reader::List(list) = reader {
                list.interrupt(out);
            }
            self.state = State::document(format, held, offset);
            self.feed(b"", out);
        }
    }

    /// Reads a document that begins at an offset of the input.
    fn document(
        &mut self,
        offset: u64,
        format: Format,
        bytes: &[u8],
        overlong: bool,
        out: &mut Vec<Record>,
    ) {
        let refuse = |kind, reason: String| Err(Reject::new(kind, reason, offset, bytes));
        if overlong {
            let reason = format!("The document is longer than {MAX_DOCUMENT} bytes.");
            out.push(refuse(RejectKind::TooLarge, reason));
            return;
        }
        let text = charset::unpadded(bytes);
        let offset = offset + text.start as u64;
        let bytes = match format {
            Format::Iptc7901 | Format::Anpa => circuit::without_zeros(&bytes[text]),
            _ => Cow::Borrowed(&bytes[text]),
        };
        let decoded = match charset::decode(&bytes, self.options.charset.as_deref(), offset) {
            Ok(decoded) => decoded.tidy(),
            Err(reject) => return out.push(Err(reject)),
        };
        if decoded.text.trim().is_empty() {
            let reason = "The document is empty.".to_owned();
            out.push(refuse(RejectKind::Malformed, reason));
            return;
        }
        let begun = out.len();
        let max = self.options.max_record;
        match format {
            Format::Ndjson => {
                ndjson::document(&decoded.text, &self.dates, max, self.options.exported, out);
            }
            Format::Feed => {
                self.cut = feed::parse(&decoded.text, &self.dates, &self.options, out);
            }
            Format::NewsmlG2 => newsml_g2::parse(&decoded.text, &self.dates, max, out),
            Format::Newsml1 => newsml_1::parse(&decoded.text, &self.dates, max, out),
            Format::Nitf => nitf::parse(&decoded.text, &self.dates, max, out),
            Format::Iptc7901 | Format::Anpa if self.format == Format::Auto => {
                iptc7901::parse_either(&decoded.text, &self.dates, max, out);
            }
            Format::Iptc7901 => iptc7901::parse(&decoded.text, &self.dates, max, out),
            Format::Anpa => anpa::parse(&decoded.text, &self.dates, max, out),
            Format::Mail => mail::parse(&decoded.text, &self.dates, max, out),
            Format::Auto | Format::List | Format::Tsv => {
                let reason =
                    "The bytes are of no known format: neither XML of a feed or an agency, \
                              nor JSON, nor tab-separated values, nor a page of headlines."
                        .to_owned();
                out.push(Err(Reject::new(RejectKind::Malformed, reason, 0, &bytes)));
            }
        }
        if format.lifecycle() {
            for item in out[begun..].iter_mut().flatten() {
                item.lifecycle = true;
                embargo::add(item, &self.dates);
            }
        }
        decoded.restore_offsets(&mut out[begun..]);
        out[begun..].iter_mut().filter_map(offset_of).for_each(|at| *at += offset);
    }
}

/// What a line that may interrupt a page begins, by it and what came after it.
fn begun_by(rest: &[u8], ahead: Ahead, endless: bool) -> Begun {
    // A pause ends a headline, and nothing that has begun.
    if ahead == Ahead::Pause && !detect::begins(rest) {
        return Begun::Nothing;
    }
    if ahead != Ahead::Nothing && !detect::decidable(rest, endless) {
        return Begun::Unknown;
    }
    match Format::detect(rest) {
        // One character of a circuit does not make a message of a headline.
        Some(format) if format.is_of_lines() => Begun::Nothing,
        found => Begun::Document(found.unwrap_or(Format::Auto)),
    }
}

impl State {
    /// A document of which these bytes are held.
    fn document(format: Format, bytes: Vec<u8>, offset: u64) -> State {
        let overlong = bytes.len() > MAX_DOCUMENT;
        State::Document { format, bytes, offset, overlong }
    }

    fn of(format: Format, options: &Options, dates: &Dates) -> State {
        let reader = match format {
            Format::Auto => return State::Undecided(Vec::new()),
            Format::List => Reader::List(Box::new(List::new(dates.clone(), options.max_record))),
            Format::Tsv => Reader::Tsv(Tsv::default()),
            Format::Ndjson => Reader::Ndjson(false),
            _ => return State::document(format, Vec::new(), 0),
        };
        State::Lines(Lines::new(options), reader)
    }
}

impl Reader {
    fn line(&mut self, line: Line, dates: &Dates, exported: bool, out: &mut Vec<Record>) {
        match self {
            Reader::List(list) => list.line(line, out),
            Reader::Tsv(tsv) => out.extend(tsv.line(&line, dates)),
            Reader::Ndjson(_) => ndjson::line(&line, dates, exported, out),
        }
    }
}
