//! What a person asks of a sink, as `/v1/sinks` reads it and the command line writes it.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use crate::log::{LogError, Position, View};

/// What a person asks of a sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Stand still.
    Pause {
        /// Why, for those who look.
        reason: String,
    },
    /// Go on.
    Resume,
    /// Go on from another place.
    Rewind {
        /// Which.
        to: RewindTo,
    },
    /// Deliver dead letters once more.
    Redeliver {
        /// Which; none are all.
        ids: Vec<String>,
    },
    /// Forget dead letters.
    Discard {
        /// Which; none are all.
        ids: Vec<String>,
    },
}

/// Where a sink is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RewindTo {
    /// The oldest record that is kept.
    Start,
    /// The end: what is waiting is passed over.
    End,
    /// A position.
    Position(Position),
    /// What was committed at this time and after.
    Time(Timestamp),
    /// What was committed in the last so much time.
    Ago(SignedDuration),
}

/// Why something that was asked is nothing that a sink can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskError {
    /// The word is none of those known.
    Word(String),
    /// What goes with the word is wrong.
    Wish(String),
    /// It is right by its form, but names no place in the log.
    Place(String),
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AskError::Word(word) => write!(
                f,
                "a sink cannot `{word}`: it can pause, resume, rewind, redeliver and discard"
            ),
            AskError::Wish(message) | AskError::Place(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for AskError {}

/// The body of a request.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Wish {
    /// Where to rewind to: `start`, `end`, a position, a time or how long ago. It must be there then.
    to: Option<Place>,
    /// Which dead letters; none are all.
    ids: Vec<String>,
    /// Why it is paused.
    reason: Option<String>,
}

/// A place in the log: a position, or a text that names one.
#[derive(Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(untagged, expecting = "`to` is a position or a text")]
enum Place {
    Position(#[serde(deserialize_with = "whole")] u64),
    Text(String),
}

/// A whole number, also when it is written with a fraction of nothing: `7.0` is an integer to JSON
/// Schema.
pub(crate) fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    /// Beyond it a float no longer tells one whole number from the next.
    const MOST: f64 = 9_007_199_254_740_992.0;
    let number = serde_json::Number::deserialize(from)?;
    let fraction = || number.as_f64().filter(|n| n.fract() == 0.0 && (0.0..=MOST).contains(n));
    let found = number.as_u64().or_else(|| fraction().map(|n| n as u64));
    found.ok_or_else(|| D::Error::custom(format!("`{number}` is no whole number from 0 on")))
}

impl Ask {
    /// Reads a word and the JSON that goes with it, if any.
    pub fn read(word: &str, body: &[u8]) -> Result<Ask, AskError> {
        let wrong = |message: String| AskError::Wish(message);
        let wish: Wish = match body {
            [] => Wish::default(),
            body => serde_json::from_slice(body)
                .map_err(|error| wrong(format!("this cannot go with `{word}`: {error}")))?,
        };
        Ok(match word {
            "pause" => Ask::Pause { reason: wish.reason.unwrap_or_else(|| "asked to".to_owned()) },
            "resume" => Ask::Resume,
            "rewind" => {
                let to = match wish.to {
                    Some(Place::Text(text)) => text.parse().map_err(AskError::Place)?,
                    Some(Place::Position(position)) => RewindTo::Position(Position(position)),
                    None => {
                        return Err(AskError::Place("say where: {\"to\": \"start\"}".to_owned()));
                    }
                };
                Ask::Rewind { to }
            }
            "redeliver" => Ask::Redeliver { ids: wish.ids },
            "discard" => Ask::Discard { ids: wish.ids },
            other => return Err(AskError::Word(other.to_owned())),
        })
    }

    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Ask::Pause { .. } => "pause",
            Ask::Resume => "resume",
            Ask::Rewind { .. } => "rewind",
            Ask::Redeliver { .. } => "redeliver",
            Ask::Discard { .. } => "discard",
        }
    }

    /// What goes with the word.
    pub fn body(&self) -> Value {
        match self {
            Ask::Pause { reason } => json!({ "reason": reason }),
            Ask::Resume => json!({}),
            Ask::Rewind { to } => json!({ "to": to.to_string() }),
            Ask::Redeliver { ids } | Ask::Discard { ids } => json!({ "ids": ids }),
        }
    }
}

impl RewindTo {
    /// The position that is meant, at most the end of the log and at least its first.
    pub fn find(self, view: &View, now: Timestamp) -> Result<Position, LogError> {
        let (first, end) = view.bounds()?;
        let to = match self {
            RewindTo::Start => first,
            RewindTo::End => end,
            RewindTo::Position(position) => position,
            RewindTo::Time(time) => view.first_at(time)?,
            RewindTo::Ago(ago) => view.first_at(now.checked_sub(ago).unwrap_or(Timestamp::MIN))?,
        };
        Ok(to.clamp(first, end))
    }
}

impl FromStr for RewindTo {
    type Err = String;

    fn from_str(text: &str) -> Result<RewindTo, String> {
        if let Ok(position) = text.parse() {
            return Ok(RewindTo::Position(Position(position)));
        }
        match text {
            "start" => Ok(RewindTo::Start),
            "end" => Ok(RewindTo::End),
            _ => None
                .or_else(|| text.parse().ok().map(RewindTo::Time))
                .or_else(|| text.parse().ok().map(|ago: SignedDuration| RewindTo::Ago(ago.abs())))
                .ok_or_else(|| {
                    format!(
                        "`{text}` is no place in the log: write `start`, `end`, a position, a time \
                         like `2026-03-01T06:00:00Z`, or how long ago, like `2h`"
                    )
                }),
        }
    }
}

impl fmt::Display for RewindTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RewindTo::Start => f.write_str("start"),
            RewindTo::End => f.write_str("end"),
            RewindTo::Position(position) => position.fmt(f),
            RewindTo::Time(time) => time.fmt(f),
            RewindTo::Ago(duration) => duration.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_in_five_ways_and_read_back() {
        let time = "2026-03-01T06:00:00Z";
        for (text, to) in [
            ("start", RewindTo::Start),
            ("end", RewindTo::End),
            ("417", RewindTo::Position(Position(417))),
            (time, RewindTo::Time(time.parse().unwrap())),
            ("2h", RewindTo::Ago(SignedDuration::from_hours(2))),
            ("1h 30m", RewindTo::Ago(SignedDuration::from_mins(90))),
        ] {
            assert_eq!(text.parse(), Ok(to), "{text}");
            assert_eq!(to.to_string().parse(), Ok(to), "{text}");
        }
        for wrong in ["", "-1", "yesterday", "2026-03-01", "2 parsecs"] {
            assert!(wrong.parse::<RewindTo>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_the_command_line_writes_the_interface_reads() {
        let ids = || vec!["harbour/7".to_owned()];
        for ask in [
            Ask::Pause { reason: "the desk moves".to_owned() },
            Ask::Resume,
            Ask::Rewind { to: RewindTo::Position(Position(9)) },
            Ask::Redeliver { ids: ids() },
            Ask::Discard { ids: ids() },
        ] {
            let body = ask.body().to_string();
            assert_eq!(Ask::read(ask.word(), body.as_bytes()), Ok(ask));
        }
        let nine = Ask::Rewind { to: RewindTo::Position(Position(9)) };
        for body in [r#"{"to":9}"#, r#"{"to":9.0}"#, r#"{"to":"9"}"#] {
            assert_eq!(Ask::read("rewind", body.as_bytes()), Ok(nine.clone()), "{body}");
        }
        assert_eq!(Ask::read("redeliver", b""), Ok(Ask::Redeliver { ids: Vec::new() }));
        assert!(matches!(Ask::read("explode", b""), Err(AskError::Word(_))));
        for (word, body) in [
            ("rewind", r#"{"to":true}"#),
            ("rewind", r#"{"to":9.5}"#),
            ("rewind", r#"{"to":-9}"#),
            ("discard", r#"{"id":1}"#),
        ] {
            assert!(matches!(Ask::read(word, body.as_bytes()), Err(AskError::Wish(_))), "{body}");
        }
        for body in ["", "{}", r#"{"to":null}"#, r#"{"to":"yesterday"}"#] {
            let read = Ask::read("rewind", body.as_bytes());
            assert!(matches!(read, Err(AskError::Place(_))), "{body}");
        }
    }
}
