//! What an answer means for a delivery.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::RETRY_AFTER;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;

use crate::net::Response;
use crate::sink::SinkError;
use crate::terminal::escape;
use crate::veil::Veil;

/// Characters of an answer that are shown.
const SHOWN: usize = 200;

/// Takes the answer of `host` for what it is. What it said is told through `veil`.
pub(super) fn judge(
    host: &str,
    response: &Response,
    veil: &Veil,
    now: Timestamp,
) -> Result<(), SinkError> {
    let status = response.status;
    if status.is_success() {
        return Ok(());
    }
    let said = said(&response.body, veil);
    let message = match status.canonical_reason() {
        Some(reason) => format!("{host} answered {} {reason}{said}", status.as_u16()),
        None => format!("{host} answered {}{said}", status.as_u16()),
    };
    Err(match status {
        StatusCode::GONE => SinkError::gone(message),
        // A fault of the address or of who we are, not of this delivery: others fare no better.
        StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::NOT_FOUND
        | StatusCode::METHOD_NOT_ALLOWED
        | StatusCode::PROXY_AUTHENTICATION_REQUIRED
        | StatusCode::REQUEST_TIMEOUT
        | StatusCode::MISDIRECTED_REQUEST
        | StatusCode::TOO_EARLY
        | StatusCode::TOO_MANY_REQUESTS => wait(SinkError::passing(message), response, now),
        status if status.is_client_error() => SinkError::refused(message),
        status if status.is_redirection() => {
            SinkError::passing(format!("{message}; redirects are not followed: change `url`"))
        }
        _ => wait(SinkError::passing(message), response, now),
    })
}

/// Adds when the receiver wants to be asked again.
fn wait(error: SinkError, response: &Response, now: Timestamp) -> SinkError {
    let header = response.header(RETRY_AFTER).and_then(|value| retry_after(value, now));
    match header.or_else(|| in_the_body(&response.body)) {
        Some(wait) => error.after(wait),
        None => error,
    }
}

/// Seconds, possibly with a fraction (Discord), or a date.
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = rfc2822::DateTimeParser::new().parse_timestamp(value.trim()).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

/// Telegram says it in its body.
fn in_the_body(body: &[u8]) -> Option<Duration> {
    #[derive(Deserialize)]
    struct Body {
        parameters: Parameters,
    }
    #[derive(Deserialize)]
    struct Parameters {
        retry_after: u64,
    }
    let body: Body = serde_json::from_slice(body).ok()?;
    Some(Duration::from_secs(body.parameters.retry_after))
}

/// The beginning of what the receiver said. Secrets are hidden before it is cut, which may leave a part
/// of one.
fn said(body: &[u8], veil: &Veil) -> String {
    let text = veil.over(&String::from_utf8_lossy(body));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = text.chars().take(SHOWN).collect();
    match shown.as_str() {
        "" => String::new(),
        shown => format!(": {}", escape(shown)),
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::{HeaderMap, HeaderValue};

    use super::*;
    use crate::sink::SinkErrorKind::{self, Gone, Passing, Refused};

    fn response(status: u16, retry_after: Option<&str>, body: &str) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from_str(value).unwrap());
        }
        Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: body.as_bytes().to_vec(),
            url: "https://desk.example/".parse().unwrap(),
            moved: None,
        }
    }

    fn judge_plainly(response: &Response, now: Timestamp) -> Result<(), SinkError> {
        judge("desk.example", response, &Veil::default(), now)
    }

    #[track_caller]
    fn case(status: u16, expected: Option<SinkErrorKind>) {
        let judged = judge_plainly(&response(status, None, ""), Timestamp::UNIX_EPOCH);
        assert_eq!(judged.err().map(|error| error.kind()), expected, "{status}");
    }

    #[test]
    fn every_status_says_what_follows() {
        for status in [200, 201, 202, 204, 299] {
            case(status, None);
        }
        for status in [301, 307, 401, 403, 404, 408, 421, 425, 429, 500, 502, 503, 599] {
            case(status, Some(Passing));
        }
        for status in [400, 409, 413, 415, 422] {
            case(status, Some(Refused));
        }
        case(410, Some(Gone));
    }

    #[track_caller]
    fn waits(retry_after: Option<&str>, body: &str, expected: Option<u64>) {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        let error = judge_plainly(&response(429, retry_after, body), now).unwrap_err();
        assert_eq!(error.wait(), expected.map(Duration::from_millis), "{retry_after:?} {body}");
    }

    #[test]
    fn a_receiver_may_say_when_to_come_again() {
        waits(Some("120"), "", Some(120_000));
        waits(Some("0.25"), "", Some(250));
        waits(Some("Tue, 24 Nov 2026 10:05:00 GMT"), "", Some(300_000));
        waits(Some("Tue, 24 Nov 2026 09:05:00 GMT"), "", Some(0));
        waits(Some("soon"), "", None);
        waits(Some("-1"), "", None);
        waits(None, r#"{"ok":false,"parameters":{"retry_after":7}}"#, Some(7_000));
        waits(None, "too many", None);
    }

    #[test]
    fn what_it_said_is_shown_in_part_and_drives_no_terminal() {
        let body = format!("invalid\n  \x1b[31mpayload {}", "x".repeat(1_000));
        let judged = judge_plainly(&response(400, None, &body), Timestamp::UNIX_EPOCH);
        let message = judged.unwrap_err().to_string();
        assert!(message.starts_with("desk.example answered 400 Bad Request: invalid \\u{1b}[31m"));
        assert!(message.len() < 300, "{message}");
    }
}
