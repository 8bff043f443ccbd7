//! What `wirefold init` writes: a configuration to start from, with feeds of one's own.

use std::collections::HashSet;
use std::fmt::Write;

use crate::config::user_of;
use crate::net::names_user;
use crate::source::feed::opml::Subscription;

const STARTER: &str = include_str!("starter.toml");
/// Stands in when no feeds are given, for the person to change.
const EXAMPLE: &str = "
# Feeds, asked politely in their own rhythm. Put in your own:
# [[source.feed]]
# name = \"world\"
# url = \"https://example.org/world.xml\"
";

/// The text of a configuration that polls `feeds`.
pub fn starter(feeds: &[Subscription]) -> String {
    let mut text = STARTER.to_owned();
    if feeds.is_empty() {
        text.push_str(EXAMPLE);
    }
    let mut names = HashSet::new();
    for feed in feeds {
        let name = name(feed, &mut names);
        let mut url = feed.url.clone();
        // An address of the web can be without both.
        let _ = (url.set_username(""), url.set_password(None));
        // Writing to a string cannot fail.
        let (shown, address) = (quoted(&name), quoted(url.as_str()));
        let _ = write!(text, "\n[[source.feed]]\nname = {shown}\nurl = {address}\n");
        if names_user(&feed.url) {
            let user = quoted(&user_of(&feed.url).unwrap_or_default());
            let file = quoted(&format!("secrets/feed-{}", names.len()));
            let _ = write!(text, "user = {user}\npassword_file = {file}\n");
        }
    }
    text
}

/// A name that no feed before has: the title, or the host, with a number where needed.
fn name(feed: &Subscription, names: &mut HashSet<String>) -> String {
    let title: Vec<_> = feed.title.split_whitespace().collect();
    let plain = match title.is_empty() {
        true => feed.url.host_str().unwrap_or("feed").to_owned(),
        false => title.join(" "),
    };
    let numbered = (2..).map(|n: u64| format!("{plain} {n}"));
    let mut candidates = std::iter::once(plain.clone()).chain(numbered);
    let free = candidates.find(|name| !names.contains(name)).unwrap_or_default();
    names.insert(free.clone());
    free
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", c as u32);
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Config, File};

    fn names(feeds: &[(&str, &str)]) -> Vec<String> {
        let subscription = |(title, url): &(&str, &str)| Subscription {
            title: (*title).to_owned(),
            url: url.parse().unwrap(),
        };
        let text = starter(&feeds.iter().map(subscription).collect::<Vec<_>>());
        let (config, problems) = Config::parse(File::new("f", text), Path::new("."));
        let config = config.unwrap_or_else(|| panic!("{problems}"));
        config.sources.into_iter().map(|source| source.name.value).collect()
    }

    #[test]
    fn the_starter_is_a_good_configuration_with_or_without_feeds() {
        assert!(names(&[]).is_empty());
        let url = "https://a.example/rss?x=\"1\"";
        assert_eq!(
            names(&[("World", url), ("World", url), ("", url)]),
            ["World", "World 2", "a.example"]
        );
    }

    #[test]
    fn a_password_of_the_list_is_asked_for_and_not_written() {
        let feed = |url: &str| Subscription { title: String::new(), url: url.parse().unwrap() };
        let text = starter(&[feed("https://a.example/"), feed("https://d%40sk:hidden@b.example/")]);
        let expected = "url = \"https://b.example/\"\nuser = \"d@sk\"\n\
                        password_file = \"secrets/feed-2\"\n";
        assert!(text.ends_with(expected), "{text}");
        assert!(!text.contains("hidden"), "{text}");
        let (config, problems) = Config::parse(File::new("f", text), Path::new("."));
        assert!(config.is_some(), "{problems}");
    }

    #[test]
    fn a_title_cannot_break_out_of_its_string() {
        let title = "He said \"boo\" \\ \u{7f}\u{1b}[31m";
        assert_eq!(names(&[(title, "https://a.example/")]), [title]);
        assert_eq!(names(&[("two\nlines", "https://a.example/")]), ["two lines"]);
    }
}
