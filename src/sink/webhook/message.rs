//! A delivery in a few plain words, before any chat's own marks.

use url::Url;

use crate::channel::{Delivery, Digest, Event, Lost, Refusal};
use crate::log::GapCause;
use crate::markup::plain;
use crate::net::web_link;
use crate::story::Verdict;

/// What a person is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// What it is to somebody who may have seen the story before; empty for a new one.
    pub(super) label: &'static str,
    /// The headline.
    pub(super) title: String,
    /// Who says so, where it stands.
    pub(super) facts: Vec<String>,
    /// Where it can be read: http or https only.
    pub(super) link: Option<Url>,
}

/// Stories of a digest that a chat is shown: more in one message are refused by some.
const MOST_OF_DIGEST: usize = 9;
/// Characters of one fact.
const LONGEST_FACT: usize = 100;
/// A longer address is left out.
const LONGEST_LINK: usize = 1_000;

impl Message {
    /// What an event says: a digest why it is one, and then each of its stories.
    pub(super) fn all(event: &Event) -> Vec<Message> {
        match event {
            Event::Story(delivery) => vec![story(delivery)],
            Event::Digest(held) => {
                let stories = held.stories.iter().take(MOST_OF_DIGEST).map(story);
                [digest(held)].into_iter().chain(stories).collect()
            }
            Event::Rejected(refusal) => vec![rejected(refusal)],
            Event::Gap(lost) => vec![gap(*lost)],
        }
    }
}

fn story(delivery: &Delivery) -> Message {
    let who = delivery.publisher.as_deref().or(delivery.byline.as_deref());
    let mut facts = vec![fact(who.unwrap_or(&delivery.source)), fact(&delivery.channel)];
    if delivery.items > 1 {
        facts.push(match delivery.publishers {
            0 | 1 => format!("{} items", delivery.items),
            n => format!("{} items from {n} publishers", delivery.items),
        });
    }
    if delivery.disputed && !delivery.disputes {
        facts.push("disputed".to_owned());
    }
    Message {
        label: label(delivery),
        title: plain(&delivery.headline),
        facts,
        link: delivery.link.as_deref().and_then(web),
    }
}

fn digest(held: &Digest) -> Message {
    let mut facts = vec![fact(&held.channel)];
    if let Some(more) = held.stories.len().checked_sub(MOST_OF_DIGEST).filter(|more| *more > 0) {
        facts.push(format!("the last {more} are not shown here"));
    }
    Message { label: "DIGEST", title: plain(&held.reason), facts, link: None }
}

fn label(delivery: &Delivery) -> &'static str {
    match delivery.told_as() {
        Verdict::Kill => "KILLED",
        Verdict::Correction => "CORRECTED",
        _ if delivery.disputes => "DISPUTED",
        Verdict::New => "",
        Verdict::Development => "UPDATE",
        Verdict::Revision => "REVISED",
        Verdict::Repeat => "AGAIN",
    }
}

fn rejected(refusal: &Refusal) -> Message {
    let title = plain(&refusal.reason);
    Message { label: "NO ITEM", title, facts: vec![fact(&refusal.source)], link: None }
}

fn gap(lost: Lost) -> Message {
    let count = lost.to.0.saturating_sub(lost.from.0);
    let why = match lost.cause {
        GapCause::Trimmed => "were removed before they were delivered here",
        GapCause::Damaged => "are damaged and cannot be delivered",
    };
    let title = format!("{count} records of the log, from {} on, {why}", lost.from);
    Message { label: "GAP", title, facts: Vec::new(), link: None }
}

fn fact(text: &str) -> String {
    shorten(&plain(text), LONGEST_FACT)
}

/// At most so many characters, the last of them `…` when something was cut.
pub(super) fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => {
            let kept: String = text.chars().take(most.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
    }
}

/// A link that fits.
fn web(link: &str) -> Option<Url> {
    web_link(link).filter(|url| url.as_str().len() <= LONGEST_LINK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::testing::delivery;

    #[test]
    fn what_the_channel_never_told_of_has_no_label_unless_it_disputes() {
        let told = |first, disputes| {
            let verdict = Verdict::Repeat;
            let delivery = Delivery { first, disputes, verdict, ..delivery("Ferry strike is off") };
            story(&delivery).label
        };
        assert_eq!(told(false, false), "AGAIN");
        assert_eq!(told(true, false), "");
        assert_eq!(told(true, true), "DISPUTED");
    }

    #[test]
    fn a_link_that_is_too_long_is_left_out() {
        assert!(web("https://a.example/x").is_some());
        assert_eq!(web(&format!("https://a.example/{}", "x".repeat(LONGEST_LINK))), None);
    }

    #[test]
    fn what_is_cut_ends_in_three_dots() {
        assert_eq!(shorten("ferry", 5), "ferry");
        assert_eq!(shorten("ferry leaves", 7), "ferry…");
        assert_eq!(shorten("çéàü", 3), "çé…");
    }
}
