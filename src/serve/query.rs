//! What a question asks for: the part of an address behind the `?`. A parameter that is not known
//! is refused, since a filter that is misspelt and left alone would give a wrong answer.

use axum::http::{StatusCode, Uri};
use jiff::Timestamp;

use super::problem::Problem;
use crate::log::Position;

/// The parameters of a request.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

/// Who asks can be said in the query too; `token` has read it.
const TOKEN: &str = "token";

impl Query {
    /// Reads the parameters; all of them must be in `known`.
    pub(super) fn read(uri: &Uri, known: &[&str]) -> Result<Query, Problem> {
        let pairs = url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes());
        let pairs: Vec<(String, String)> = pairs.into_owned().collect();
        for (place, (name, _)) in pairs.iter().enumerate() {
            if name != TOKEN && !known.contains(&name.as_str()) {
                let detail = match known {
                    [] => format!("there is no parameter `{name}` here, nor any other"),
                    _ => format!("there is no parameter `{name}`: {} are known", known.join(", ")),
                };
                return Err(wrong(detail));
            }
            if pairs[..place].iter().any(|(before, _)| before == name) {
                return Err(wrong(format!("the parameter `{name}` is given twice")));
            }
        }
        Ok(Query(pairs))
    }

    /// A parameter that is there. An empty number, flag or time is a mistake of whoever wrote it: to
    /// leave it alone would give a wrong answer.
    fn given(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A parameter that is there and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// A parameter that must be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, Problem> {
        self.text(name).ok_or_else(|| wrong(format!("the parameter `{name}` is needed")))
    }

    /// A number from 1 to `most`.
    pub(super) fn count(&self, name: &str, usual: usize, most: usize) -> Result<usize, Problem> {
        let Some(text) = self.given(name) else { return Ok(usual) };
        let number = text.parse().ok().filter(|number| (1..=most).contains(number));
        number.ok_or_else(|| wrong(format!("`{name}` is a number from 1 to {most}")))
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.given(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(wrong(format!("`{name}` is true or false"))),
        }
    }

    /// A moment.
    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.given(name) else { return Ok(None) };
        // An unescaped `+` arrives as a space.
        let time = text.replace(' ', "+").parse().map(Some);
        time.map_err(|_| wrong(format!("`{name}` is a time, like 2026-11-23T10:00:00Z")))
    }

    /// A place to go on from, as an earlier answer gave it.
    pub(super) fn cursor(&self, name: &str) -> Result<Option<Position>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let place = text.strip_prefix('c').and_then(|hex| u64::from_str_radix(hex, 16).ok());
        place.map(|place| Some(Position(place))).ok_or_else(|| {
            wrong(format!("`{name}` is a cursor: take it from `older` or `newer` of an answer"))
        })
    }
}

/// A place to go on from. What is in it is nobody's business.
pub(super) fn cursor(position: Position) -> String {
    format!("c{:x}", position.0)
}

fn wrong(detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["limit", "since", "disputed", "before"];

    fn read(query: &str) -> Result<Query, Problem> {
        Query::read(&format!("/v1/x?{query}").parse().unwrap(), KNOWN)
    }

    #[test]
    fn parameters_are_read_by_their_kind() {
        let query =
            read("limit=7&since=2026-03-01T08:00:00+02:00&disputed=true&before=c1f&token=x");
        let query = query.unwrap();
        assert_eq!(query.count("limit", 50, 100), Ok(7));
        assert_eq!(query.time("since"), Ok(Some("2026-03-01T06:00:00Z".parse().unwrap())));
        assert_eq!(query.flag("disputed"), Ok(Some(true)));
        assert_eq!(query.cursor("before"), Ok(Some(Position(31))));
        let none = read("").unwrap();
        assert_eq!(none.count("limit", 50, 100), Ok(50));
        assert!(none.required("limit").is_err());
    }

    #[test]
    fn what_is_wrong_is_refused_and_not_left_alone() {
        assert!(read("limt=7").is_err());
        assert!(read("limit=7&limit=8").is_err());
        for wrong in ["limit=0", "limit=101", "limit=x", "limit="] {
            assert!(read(wrong).unwrap().count("limit", 50, 100).is_err(), "{wrong}");
        }
        assert!(read("since=yesterday").unwrap().time("since").is_err());
        assert!(read("since=").unwrap().time("since").is_err());
        assert!(read("disputed=yes").unwrap().flag("disputed").is_err());
        assert!(read("disputed=").unwrap().flag("disputed").is_err());
        assert!(read("before=12").unwrap().cursor("before").is_err());
        assert_eq!(read("before=").unwrap().cursor("before"), Ok(None));
    }

    #[test]
    fn a_cursor_is_read_back() {
        let position = Position(u64::MAX);
        let query = read(&format!("before={}", cursor(position))).unwrap();
        assert_eq!(query.cursor("before"), Ok(Some(position)));
    }
}
