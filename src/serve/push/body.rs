//! The body of a push: in which format it is, and how it is coded.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::format::{Format, Options};
use crate::net::decode::{DecodeError, decode};
use crate::serve::body::{Limit, read_whole};
use crate::serve::problem::Problem;

/// Media types and the formats that they mean.
const MEDIA_TYPES: &[(&str, Format)] = &[
    ("application/json", Format::Ndjson),
    ("application/x-ndjson", Format::Ndjson),
    ("application/ndjson", Format::Ndjson),
    ("application/jsonl", Format::Ndjson),
    ("application/vnd.iptc.ninjs+json", Format::Ndjson),
    ("application/feed+json", Format::Feed),
    ("application/rss+xml", Format::Feed),
    ("application/atom+xml", Format::Feed),
    ("application/rdf+xml", Format::Feed),
    ("application/vnd.iptc.g2.newsitem+xml", Format::NewsmlG2),
    ("application/vnd.iptc.g2.newsmessage+xml", Format::NewsmlG2),
    ("application/nitf+xml", Format::Nitf),
    ("text/tab-separated-values", Format::Tsv),
    ("application/xml", Format::Auto),
    ("text/xml", Format::Auto),
    ("text/plain", Format::Auto),
    ("application/octet-stream", Format::Auto),
];

/// How a body is to be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct How {
    pub(super) format: Format,
    charset: Option<String>,
    coding: String,
    /// One JSON text, which may span lines, and not one a line.
    json: bool,
}

/// What headers and query say about a body. `?format=` has the last word.
pub(super) fn understand(headers: &HeaderMap, query: Option<&str>) -> Result<How, Problem> {
    let refuse = |detail: String| Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail);
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let content_type = text(header::CONTENT_TYPE).to_ascii_lowercase();
    let (media_type, parameters) = content_type.split_once(';').unwrap_or((&content_type, ""));
    let media_type = media_type.trim();
    let charset = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        (name.trim() == "charset").then(|| value.trim().trim_matches('"').to_owned())
    });
    let wanted = url::form_urlencoded::parse(query.unwrap_or("").as_bytes())
        .find(|(name, _)| name == "format")
        .map(|(_, word)| word.into_owned());
    let format = match wanted {
        Some(word) => Format::WORDS.iter().find(|(known, _)| *known == word).ok_or_else(|| {
            let words: Vec<_> = Format::WORDS.iter().map(|(word, _)| *word).collect();
            refuse(format!("there is no format `{word}`: the formats are {}", words.join(", ")))
        }),
        None => MEDIA_TYPES.iter().find(|(known, _)| *known == media_type).ok_or_else(|| {
            refuse(format!(
                "the media type `{media_type}` is not known here: send application/x-ndjson or \
                 application/json, or name a format with ?format="
            ))
        }),
    };
    let format = format?.1;
    let json = format == Format::Ndjson
        && matches!(media_type, "application/json" | "application/vnd.iptc.ninjs+json");
    Ok(How { format, charset, coding: text(header::CONTENT_ENCODING).to_owned(), json })
}

/// Reads a body to its end, decoded.
pub(super) async fn read(
    body: Body,
    how: &How,
    limit: Limit,
    stop: &CancellationToken,
) -> Result<Vec<u8>, Problem> {
    let bytes = read_whole(body, limit, stop).await?;
    decode(&how.coding, bytes.into(), limit.bytes).map_err(|error| match error {
        DecodeError::TooLarge(_) => limit.passed(),
        DecodeError::Unknown(_) => {
            let detail = "a body may be coded with gzip, deflate or br";
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
        }
        DecodeError::Damaged(_) => Problem::new(StatusCode::BAD_REQUEST, error.to_string()),
    })
}

impl How {
    /// What the parser is told. A push is limited as a whole, in bytes as they were sent: any record in
    /// it may be as long, also as text.
    pub(super) fn options(&self) -> Options {
        Options {
            timezone: TimeZone::UTC,
            received: Timestamp::UNIX_EPOCH,
            charset: self.charset.clone(),
            base: None,
            max_record: usize::MAX,
            endless: false,
            exported: false,
        }
    }

    /// One JSON object, or a list of them, as one object a line. What is not JSON is left to the
    /// parser to complain of.
    pub(super) fn tidy<'a>(&self, bytes: impl Into<Cow<'a, [u8]>>) -> Cow<'a, [u8]> {
        let bytes = bytes.into();
        if !self.json {
            return bytes;
        }
        let lines = match serde_json::from_slice(&bytes) {
            Ok(Value::Array(items)) => items.iter().map(|item| format!("{item}\n")).collect(),
            Ok(item) => format!("{item}\n"),
            Err(_) => return bytes,
        };
        Cow::Owned(lines.into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn how(content_type: &str, query: &str) -> Result<How, StatusCode> {
        use axum::response::IntoResponse;
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap());
        understand(&headers, Some(query)).map_err(|problem| problem.into_response().status())
    }

    #[test]
    fn the_format_is_named_by_the_media_type_or_better_by_the_query() {
        let format = |content_type, query| how(content_type, query).map(|how| how.format);
        assert_eq!(format("application/x-ndjson", ""), Ok(Format::Ndjson));
        assert_eq!(format("Text/XML; Charset=\"ISO-8859-1\"", ""), Ok(Format::Auto));
        assert_eq!(format("text/xml", "a=b&format=nitf"), Ok(Format::Nitf));
        assert_eq!(format("", "format=feed"), Ok(Format::Feed));
        let refused = Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(format("image/png", ""), refused);
        assert_eq!(format("", ""), refused);
        assert_eq!(format("text/xml", "format=docx"), refused);
        let charset = how("text/xml; charset=\"ISO-8859-1\"", "").unwrap().charset;
        assert_eq!(charset.as_deref(), Some("iso-8859-1"));
    }

    #[test]
    fn one_json_object_may_span_lines_and_a_list_is_a_batch() {
        let tidy = |content_type, body: &str| {
            let how = how(content_type, "").unwrap();
            String::from_utf8(how.tidy(body.as_bytes()).into_owned()).unwrap()
        };
        let json = "application/json";
        assert_eq!(tidy(json, "{\n \"a\": 1\n}"), "{\"a\":1}\n");
        assert_eq!(tidy(json, "[{\"a\":1},\n2]"), "{\"a\":1}\n2\n");
        assert_eq!(tidy(json, "{\"a\":1}\n{broken\n"), "{\"a\":1}\n{broken\n");
        assert_eq!(tidy("application/x-ndjson", "[1]\n[2]"), "[1]\n[2]");
    }

    #[test]
    fn a_document_may_be_longer_as_text_than_it_was_sent() {
        for charset in ["ISO-8859-1", "windows-1251"] {
            let how = how(&format!("application/xml; charset={charset}"), "format=nitf").unwrap();
            let mut body = b"<nitf><body><body.head><hl1>".to_vec();
            body.resize(2_000, 0xE4);
            body.extend(b"</hl1></body.head></body></nitf>");
            let records = crate::format::parse(how.format, &how.tidy(body), &how.options());
            assert!(records.iter().all(Result::is_ok), "{charset}: {records:?}");
        }
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_refused_coded_or_not() {
        use std::io::Write;

        use axum::response::IntoResponse;
        let read = async |coding: &str, body: Vec<u8>| {
            let how = How { coding: coding.to_owned(), ..how("text/plain", "").unwrap() };
            let read =
                read(Body::from(body), &how, Limit::bytes(100), &CancellationToken::new()).await;
            read.map_err(|problem| problem.into_response().status())
        };
        assert_eq!(read("", vec![b'x'; 100]).await, Ok(vec![b'x'; 100]));
        assert_eq!(read("", vec![b'x'; 101]).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&[b'x'; 101]).unwrap();
        let gzip = gzip.finish().unwrap();
        assert_eq!(read("gzip", gzip.clone()).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
        assert_eq!(read("zstd", gzip).await, Err(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        assert_eq!(read("gzip", vec![1, 2, 3]).await, Err(StatusCode::BAD_REQUEST));
    }
}
