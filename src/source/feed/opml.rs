//! OPML: the list of feeds that every feed reader exports.

use std::collections::HashSet;
use std::fmt;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use url::Url;

use crate::format;

/// Outlines deeper than this are not read.
const DEPTH: usize = 64;

/// A feed of an OPML list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// What the list calls it; not unique, maybe empty.
    pub title: String,
    /// Address of the feed.
    pub url: Url,
}

/// A list of feeds as read, and what in it could not be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opml {
    /// The feeds in the order of the list, each address once.
    pub feeds: Vec<Subscription>,
    /// Addresses that are none.
    pub unusable: Vec<String>,
}

/// The text is not OPML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpmlError {
    offset: u64,
    message: String,
}

impl fmt::Display for OpmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is not OPML: {} at byte {}", self.message, self.offset)
    }
}

impl std::error::Error for OpmlError {}

/// Reads an OPML list in whatever charset.
///
/// # Errors
/// When the bytes are no text, and as [`parse`].
pub fn read(bytes: &[u8]) -> Result<Opml, OpmlError> {
    let text = format::decoded(bytes).map_err(|reject| OpmlError {
        offset: reject.offset.unwrap_or(0),
        message: "it is no text".to_owned(),
    })?;
    parse(&text)
}

/// Reads an OPML list of any version. Folders are flattened; entities are not expanded.
///
/// # Errors
/// When the text is not XML, has no `opml` element or nests beyond measure.
pub fn parse(text: &str) -> Result<Opml, OpmlError> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().allow_dangling_amp = true;
    let mut opml = Opml::default();
    let mut known = HashSet::new();
    let (mut depth, mut is_opml) = (0, false);
    loop {
        let event = reader.read_event().map_err(|error| OpmlError {
            offset: reader.error_position(),
            message: error.to_string(),
        })?;
        let wrong = |message: &str| {
            Err(OpmlError { offset: reader.buffer_position(), message: message.to_owned() })
        };
        match event {
            Event::Start(start) => {
                depth += 1;
                if depth > DEPTH {
                    return wrong("it nests too deeply");
                }
                is_opml |= start.local_name().into_inner().eq_ignore_ascii_case("opml");
                outline(&start, &mut opml, &mut known);
            }
            Event::Empty(start) => outline(&start, &mut opml, &mut known),
            Event::End(_) => depth -= 1,
            Event::Eof if !is_opml => return wrong("there is no `opml` element"),
            Event::Eof if depth > 0 => return wrong("it ends too early"),
            Event::Eof => return Ok(opml),
            _ => {}
        }
    }
}

fn outline(element: &BytesStart<'_>, opml: &mut Opml, known: &mut HashSet<Url>) {
    if !element.local_name().into_inner().eq_ignore_ascii_case("outline") {
        return;
    }
    let (mut title, mut text, mut address) = (None, None, None);
    // Unquoted and repeated attributes are found in the wild: what can be read is read.
    for attribute in element.html_attributes().with_checks(false).flatten() {
        let value = quick_xml::escape::unescape(&attribute.value)
            .map_or_else(|_| attribute.value.to_string(), |value| value.into_owned());
        match attribute.key.local_name().into_inner().to_ascii_lowercase().as_str() {
            "title" => title = Some(value),
            "text" => text = Some(value),
            "xmlurl" => address = Some(value),
            _ => {}
        }
    }
    let Some(address) = address else { return };
    // `feed:` is what some readers write in place of, or before, `http:`.
    let plain = address.trim().strip_prefix("feed:").map_or(address.trim(), |rest| rest);
    let whole = if plain.starts_with("//") { format!("http:{plain}") } else { plain.to_owned() };
    match Url::parse(&whole) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            if known.insert(url.clone()) {
                let title = title.filter(|title| !title.trim().is_empty()).or(text);
                let title = title.unwrap_or_default().trim().to_owned();
                opml.feeds.push(Subscription { title, url });
            }
        }
        _ => opml.unusable.push(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn feeds(text: &str) -> Vec<(String, String)> {
        let opml = parse(text).unwrap();
        opml.feeds.into_iter().map(|feed| (feed.title, feed.url.to_string())).collect()
    }

    #[test]
    fn feeds_of_all_folders_are_found_once() {
        let text = r#"<?xml version="1.0" encoding="UTF-8"?>
            <opml version="2.0"><head><title>Desk</title></head><body>
            <outline text="World"><outline type="rss" text="Harbour" title="Harbour &amp; Port"
              xmlUrl="https://a.example/feed?x=1&amp;y=2" htmlUrl="https://a.example/"/>
              <outline text="Deep"><outline text="Politics" xmlUrl="feed://b.example/rss"/></outline>
            </outline>
            <outline text="Again" xmlUrl="https://a.example/feed?x=1&amp;y=2"/>
            </body></opml>"#;
        let expected = [
            ("Harbour & Port", "https://a.example/feed?x=1&y=2"),
            ("Politics", "http://b.example/rss"),
        ];
        assert_eq!(feeds(text), expected.map(|(title, url)| (title.to_owned(), url.to_owned())));
    }

    #[test]
    fn sloppy_lists_are_read_as_far_as_they_can_be() {
        let text = "\u{feff}<OPML><body><OUTLINE Text='A & B' XMLURL=https://a.example/f />\
            <outline text='x' text='y' xmlurl='feed:https://b.example/f'/></body></OPML>";
        assert_eq!(feeds(text).len(), 2);
    }

    #[test]
    fn lists_are_read_in_the_charset_they_are_in() {
        let list = "<?xml version='1.0' encoding='iso-8859-1'?><opml><outline text='Fr\u{FC}h' \
            xmlUrl='https://a.example/f'/></opml>";
        let latin: Vec<u8> = list.chars().map(|c| c as u8).collect();
        let wide: Vec<u8> =
            "\u{FEFF}".chars().chain(list.chars()).flat_map(|c| (c as u16).to_le_bytes()).collect();
        for bytes in [latin.as_slice(), &wide, list.as_bytes()] {
            assert_eq!(read(bytes).unwrap().feeds[0].title, "Fr\u{FC}h");
        }
        assert!(read(&[0xFF; 40]).is_err());
    }

    #[test]
    fn addresses_that_are_none_are_told() {
        let text =
            "<opml><outline xmlUrl='file:///etc/passwd'/><outline xmlUrl='a.example'/></opml>";
        assert_eq!(parse(text).unwrap().unusable, ["file:///etc/passwd", "a.example"]);
    }

    #[test]
    fn what_is_not_opml_is_an_error_with_its_place() {
        for text in ["", "<html></html>", "<opml><body>", "<opml><!-- "] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.starts_with("this is not OPML: "), "{error}");
        }
        let deep = format!("<opml>{}", "<outline>".repeat(DEPTH));
        assert!(parse(&deep).unwrap_err().to_string().contains("deep"));
    }
}
