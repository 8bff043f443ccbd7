//! A digest as plain text and as HTML. What items say is escaped, and can do nothing in either.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::digest::Digest;
use super::story::{Source, Story};
use crate::markup::{escape, plain};

/// Characters of a text that are told: no headline is longer, whatever a source sends.
const LONGEST: usize = 500;

/// The subject: how much there is.
pub(super) fn subject(digest: &Digest) -> String {
    let new = digest.stories.iter().filter(|story| story.new).count();
    let updates = digest.stories.len() - new;
    let parts = [
        counted(new, "new story", "new stories"),
        counted(updates, "story updated", "stories updated"),
        counted(digest.more, "more", "more"),
        counted(
            digest.rejected.len() + digest.more_rejected,
            "rejected record",
            "rejected records",
        ),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true => format!("{}: something is missing", digest.channel),
        false => format!("{}: {}", digest.channel, parts.join(", ")),
    }
}

fn counted(count: usize, one: &str, many: &str) -> Option<String> {
    (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
}

/// The digest as plain text.
pub(super) fn text(digest: &Digest, zone: &TimeZone) -> String {
    let mut text = String::new();
    for story in digest.told() {
        line(&mut text, &format!("* {}{}", marks(story), shown(&story.headline)));
        if let Some(link) = &story.link {
            line(&mut text, &format!("  {link}"));
        }
        for source in &story.sources {
            let told = match source.headline == story.headline {
                true => String::new(),
                false => format!(": {}", shown(&source.headline)),
            };
            line(&mut text, &format!("  - {}{told}", credit(source, zone)));
        }
        if story.more_sources > 0 {
            line(&mut text, &format!("  - and {} more", story.more_sources));
        }
        text.push('\n');
    }
    for closing in closing(digest) {
        line(&mut text, &closing);
    }
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// The digest as HTML, with neither scripts nor anything that is fetched.
pub(super) fn html(digest: &Digest, zone: &TimeZone) -> String {
    let mut html = format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>{0}</title></head>\
         <body style=\"font-family:sans-serif\"><h1>{0}</h1>\n",
        escape(&subject(digest))
    );
    for story in digest.told() {
        let headline = linked(&story.headline, story.link.as_deref());
        // Writing to a string cannot fail.
        let _ = writeln!(html, "<h2 style=\"font-size:1.1em\">{}{headline}</h2><ul>", marks(story));
        for source in &story.sources {
            let told = match source.headline == story.headline {
                true => String::new(),
                false => format!(": {}", linked(&source.headline, source.link.as_deref())),
            };
            let _ = writeln!(html, "<li>{}{told}</li>", escape(&credit(source, zone)));
        }
        if story.more_sources > 0 {
            let _ = writeln!(html, "<li>and {} more</li>", story.more_sources);
        }
        html.push_str("</ul>\n");
    }
    for closing in closing(digest) {
        let _ = writeln!(html, "<p>{}</p>", escape(&closing));
    }
    html.push_str("</body></html>\n");
    html
}

/// A text of an item as it is told: of one line, and not longer than a headline is.
fn shown(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", plain(&text[..end])),
        None => plain(text),
    }
}

/// What a reader must know before the headline.
fn marks(story: &Story) -> String {
    let marks = [
        (story.killed, "[WITHDRAWN] "),
        (story.withdrawn && !story.killed, "[REPORT WITHDRAWN] "),
        (story.corrected, "[CORRECTED] "),
        (story.disputed, "[DISPUTED] "),
        (!story.new, "[Update] "),
    ];
    marks.into_iter().filter(|(holds, _)| *holds).map(|(_, mark)| mark).collect()
}

fn credit(source: &Source, zone: &TimeZone) -> String {
    let at = source.at.to_zoned_datetime(zone.clone());
    let withdrawn = if source.withdrawn { ", withdrawn" } else { "" };
    let by = shown(source.report.by.name());
    format!("{by}, {}{withdrawn}", at.strftime("%Y-%m-%d %H:%M %Z"))
}

/// What comes after the stories.
fn closing(digest: &Digest) -> Vec<String> {
    let mut lines: Vec<_> = digest.rejected.iter().map(|reason| shown(reason)).collect();
    lines.extend(counted(digest.more_rejected, "more rejected record", "more rejected records"));
    let more = counted(digest.more, "more story", "more stories");
    lines.extend(more.map(|more| format!("And {more}.")));
    if digest.gaps > 0 {
        lines.push("Some deliveries are missing: the log had them no more.".to_owned());
    }
    lines
}

fn linked(text: &str, link: Option<&str>) -> String {
    match link {
        Some(link) => format!("<a href=\"{}\">{}</a>", escape(link), escape(&shown(text))),
        None => escape(&shown(text)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::item::Seq;
    use crate::story::{Provider, Report};

    fn digest() -> Digest {
        let mut digest = Digest::new("mideast", 10);
        let source = |publisher: &str, headline: &str| Source {
            report: Report {
                item: Seq(1),
                uri: None,
                by: Provider {
                    family: 0,
                    publisher: Some(publisher.to_owned()),
                    source: String::new(),
                },
            },
            withdrawn: false,
            headline: headline.to_owned(),
            link: Some("https://a.example/?a=1&b=\"2\"".to_owned()),
            at: Timestamp::from_second(1_573_811_100).unwrap(),
        };
        digest.stories.push(Story {
            headline: "Army \"agreed\" <b>not</b> to\r\nstop & go".to_owned(),
            link: Some("https://a.example/?a=1&b=\"2\"".to_owned()),
            new: true,
            disputed: true,
            killed: false,
            withdrawn: false,
            corrected: false,
            sources: vec![source("Reuters", "Army agreed"), source("A&P", "<script>x</script>")],
            more_sources: 3,
        });
        digest
    }

    #[test]
    fn what_items_say_does_nothing_in_html() {
        let html = html(&digest(), &TimeZone::UTC);
        assert!(!html.contains("<b>") && !html.contains("<script>"), "{html}");
        for expected in [
            "[DISPUTED] <a href=\"https://a.example/?a=1&amp;b=&quot;2&quot;\">",
            "Army &quot;agreed&quot; &lt;b&gt;not&lt;/b&gt; to stop &amp; go</a>",
            "<li>A&amp;P, 2019-11-15 09:45 UTC: <a",
            "<li>and 3 more</li>",
        ] {
            assert!(html.contains(expected), "no {expected:?} in\n{html}");
        }
    }

    #[test]
    fn what_items_say_becomes_no_link_and_hides_nothing() {
        let mut digest = digest();
        let trap = "Win at https://evil.example, www.evil.example or evil.example\u{202e}now";
        digest.stories[0].headline = trap.to_owned();
        digest.stories[0].sources[0].report.by.publisher = Some(trap.to_owned());
        for text in [text(&digest, &TimeZone::UTC), html(&digest, &TimeZone::UTC)] {
            assert!(text.contains("Win at https:"), "{text}");
            for link in ["https://evil", "www.evil", "evil.example", "\u{202e}"] {
                assert!(!text.contains(link), "{link} in\n{text}");
            }
        }
    }

    #[test]
    fn a_headline_without_end_is_cut() {
        let mut digest = digest();
        digest.stories[0].headline = "é".repeat(300_000);
        let expected = format!("{}…", "é".repeat(LONGEST));
        for text in [text(&digest, &TimeZone::UTC), html(&digest, &TimeZone::UTC)] {
            assert!(text.contains(&expected) && text.len() < 4_000, "{}", text.len());
        }
    }

    #[test]
    fn plain_text_tells_the_same() {
        let text = text(&digest(), &TimeZone::UTC);
        let expected = "* [DISPUTED] Army \"agreed\" <b>not</b> to stop & go\n  \
                        https://a.example/?a=1&b=\"2\"\n  \
                        - Reuters, 2019-11-15 09:45 UTC: Army agreed\n  \
                        - A&P, 2019-11-15 09:45 UTC: <script>x</script>\n  - and 3 more\n\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_one_publisher_withdrew_is_said_of_the_story_and_of_its_report() {
        let mut digest = digest();
        digest.stories[0].withdrawn = true;
        digest.stories[0].sources[0].withdrawn = true;
        for text in [text(&digest, &TimeZone::UTC), html(&digest, &TimeZone::UTC)] {
            assert!(text.contains("[REPORT WITHDRAWN] [DISPUTED] "), "{text}");
            assert!(text.contains("Reuters, 2019-11-15 09:45 UTC, withdrawn: "), "{text}");
        }
        digest.stories[0].killed = true;
        assert!(text(&digest, &TimeZone::UTC).contains("* [WITHDRAWN] [DISPUTED] "));
    }

    #[test]
    fn the_subject_says_how_much_there_is() {
        assert_eq!(subject(&digest()), "mideast: 1 new story");
        let mut digest = digest();
        digest.more = 7;
        digest.rejected.push("wire: broken".to_owned());
        assert_eq!(subject(&digest), "mideast: 1 new story, 7 more, 1 rejected record");
    }
}
