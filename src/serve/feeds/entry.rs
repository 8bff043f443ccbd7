//! A story as an entry, before it takes the form of a feed.

use jiff::Timestamp;

use crate::serve::read::doc::Summary;
use crate::serve::read::standing::Reports;

/// A story as an entry.
pub(super) struct Entry {
    /// Its id for life, whatever channel it is on.
    pub(super) id: String,
    pub(super) title: String,
    /// Where the report is, or else the story in the console.
    pub(super) link: String,
    pub(super) published: Timestamp,
    pub(super) updated: Timestamp,
    /// Who reports it.
    pub(super) author: Option<String>,
    /// What is known, in plain text.
    pub(super) text: String,
    /// `disputed`, `withdrawn`.
    pub(super) tags: Vec<&'static str>,
}

impl Entry {
    /// A story as an entry; none while its headline is under embargo.
    pub(super) fn of(
        story: Summary,
        reports: Reports,
        base: &str,
        authority: &str,
    ) -> Option<Entry> {
        // Who is under embargo is not named for what another has told.
        let lead = [&story.lead, &story.latest].into_iter().find(|it| it.headline.is_some())?;
        let headline = lead.headline.clone()?;
        let mut tags = Vec::new();
        let title = match (story.killed, story.disputed) {
            (true, _) => format!("Withdrawn: {headline}"),
            _ if reports == Reports::Withdrawn => format!("Report withdrawn: {headline}"),
            (false, true) => format!("Disputed: {headline}"),
            (false, false) => headline.clone(),
        };
        tags.extend(story.disputed.then_some("disputed"));
        tags.extend(story.killed.then_some("withdrawn"));
        let count = |n: u32, one: &str, many: &str| match n {
            1 => format!("1 {one}"),
            n => format!("{n} {many}"),
        };
        let mut text = format!(
            "{} from {}.",
            count(story.items, "report", "reports"),
            count(story.publishers, "publisher", "publishers")
        );
        let latest = story.latest.headline.as_deref().filter(|latest| *latest != headline);
        if let Some(latest) = latest.filter(|_| !story.killed) {
            text = format!("Latest: {latest}\n{text}");
        }
        if story.killed {
            text = "The provider has withdrawn this story: do not use it.".to_owned();
        } else {
            if story.disputed {
                text.push_str("\nIts reports contradict each other.");
            }
            if reports != Reports::All {
                text.push_str("\nA publisher has withdrawn its report; others stand by the story.");
            }
        }
        let web = story.latest.link.as_ref().or(story.lead.link.as_ref());
        Some(Entry {
            id: format!("tag:{authority},2026:story/{}", story.id),
            title,
            link: web.cloned().unwrap_or_else(|| format!("{base}/#/story/{}", story.id)),
            published: lead.received.min(story.updated),
            updated: story.updated,
            author: lead.publisher.clone().or_else(|| lead.byline.clone()),
            text,
            tags,
        })
    }
}
