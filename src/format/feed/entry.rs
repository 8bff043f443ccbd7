//! One entry of an XML feed.

use super::address::resolve;
use super::{Channel, Dates};
use crate::format::xml::Element;
use crate::format::{fields, text};
use crate::item::{Item, PubStatus, Subject};

/// Reads an RSS `item` or an Atom `entry`.
pub(super) fn item(entry: Element, channel: &Channel, dates: &Dates) -> Item {
    let base = entry.attribute("base").map(|base| resolve(channel.base.as_deref(), &base));
    let base = base.or_else(|| channel.base.clone());
    let time = |names: &[&str]| names.iter().find_map(|name| dates.parse(&line(entry, name)?));
    let uri = uri(entry);
    let link = link(entry).or_else(|| permalink(entry));
    let mut item = Item {
        link: link.map(|link| resolve(base.as_deref(), &link)),
        uri,
        headline: headline(entry).unwrap_or_default(),
        body: body(entry),
        byline: byline(entry).or_else(|| channel.byline.clone()),
        publisher: publisher(entry).or_else(|| channel.publisher.clone()),
        language: line(entry, "dc:language")
            .or_else(|| Some(entry.attribute("lang")?.into_owned()))
            .and_then(|code| fields::language(&code))
            .or(channel.language),
        firstcreated: time(&["published", "issued", "dcterms:created", "pubDate"]).map(|m| m.time),
        subjects: entry.children().filter_map(subject).collect(),
        ..Item::default()
    };
    // WordPress exports what it has not published, too.
    if line(entry, "wp:status")
        .is_some_and(|status| !matches!(status.as_str(), "publish" | "inherit"))
    {
        item.pubstatus = PubStatus::Withheld;
    }
    let created = time(&[
        "updated",
        "modified",
        "dcterms:modified",
        "pubDate",
        "published",
        "dc:date",
        "issued",
        "dcterms:issued",
        "date",
    ]);
    if let Some(moment) = created {
        item.set_time(moment);
    }
    item
}

/// The first element of a name, which may have its usual prefix: `dc:date`.
fn child<'t>(entry: Element<'t>, name: &str) -> Option<Element<'t>> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    entry.children().filter(|child| child.is(local)).find(|child| {
        // Some feeds bind RSS or Atom to a prefix of their own, and some libraries all of them.
        let usual = ["atom", "rss", "a", "a10", entry.prefix()];
        child.prefix() == prefix || prefix.is_empty() && usual.contains(&child.prefix())
    })
}

fn line(entry: Element, name: &str) -> Option<String> {
    child(entry, name)?.line()
}

fn headline(entry: Element) -> Option<String> {
    let title = ["title", "dc:title", "media:title"]
        .into_iter()
        .filter_map(|name| child(entry, name))
        .find(|title| title.line().is_some())?;
    let nested = title.children().next().is_some();
    let sent = if nested { title.lines()? } else { title.line()? };
    let html = title.attribute("type").is_some_and(|kind| kind.contains("html"));
    let mut line = if html { text::headline_from_html(&sent) } else { text::from_plain(&sent) };
    if sent.contains("&lt;") {
        // Tags that were escaped twice.
        line = text::from_plain(&line);
    }
    Some(text::one_line(&line))
}

fn body(entry: Element) -> Option<String> {
    let names = [
        "content:encoded",
        "content",
        "description",
        "summary",
        "media:description",
        "dc:description",
    ];
    names.into_iter().find_map(|name| {
        let element = child(entry, name)?;
        // Markup within the element is XHTML; markup within its text is HTML.
        let nested = element.children().next().is_some();
        let lines = if nested { element.lines()? } else { text::from_html(&element.text()) };
        fields::some(&lines)
    })
}

fn uri(entry: Element) -> Option<String> {
    let identifier = line(entry, "guid").or_else(|| line(entry, "id"));
    identifier.or_else(|| Some(entry.attribute("about")?.into_owned()))
}

fn link(entry: Element) -> Option<String> {
    line(entry, "feedburner:origLink").or_else(|| entry.children().find_map(alternate))
}

/// The address of a `link` element that leads to the page itself: RSS has it as text, Atom as an
/// attribute with the relation "alternate" or none.
pub(super) fn alternate(link: Element) -> Option<String> {
    if !link.is("link") {
        return None;
    }
    let relation = link.attribute("rel");
    if relation.is_some_and(|relation| relation != "alternate") {
        return None;
    }
    link.line().or_else(|| Some(link.attribute("href")?.into_owned()))
}

/// An RSS guid is an address unless it says that it is none.
fn permalink(entry: Element) -> Option<String> {
    let guid = child(entry, "guid")?;
    let told = guid.attribute("isPermaLink");
    let permanent = told.is_none_or(|value| !value.eq_ignore_ascii_case("false"));
    guid.line().filter(|address| permanent && address.starts_with("http"))
}

fn byline(entry: Element) -> Option<String> {
    let creator =
        line(entry, "dc:creator").and_then(|name| fields::byline(&text::from_plain(&name)));
    creator.or_else(|| authors(entry)).or_else(|| {
        let name = line(entry, "itunes:author")?;
        fields::byline(&text::from_plain(&name))
    })
}

/// The authors that an entry, or a whole Atom feed, names.
pub(super) fn authors(element: Element) -> Option<String> {
    let names: Vec<String> = element
        .children()
        .filter(|c| c.is("author") && c.prefix() != "itunes")
        .filter_map(|author| match author.child("name") {
            Some(name) => name.line(),
            None => person(&author.line()?),
        })
        .collect();
    fields::byline(&text::from_plain(&fields::some(&names.join(", "))?))
}

/// The person of an RSS author, `desk@example.org (Ann Lee)`; an address alone is none.
fn person(author: &str) -> Option<String> {
    let name = match (author.find('('), author.rfind(')')) {
        (Some(open), Some(close)) if open < close => &author[open + 1..close],
        _ if author.contains('@') && !author.contains(' ') => "",
        _ => author,
    };
    fields::some(name)
}

fn publisher(entry: Element) -> Option<String> {
    let source = child(entry, "source");
    let named = source.and_then(|source| match source.child("title") {
        Some(title) => title.line(),
        None if source.children().next().is_none() => source.line(),
        None => None,
    });
    named.or_else(|| line(entry, "dc:publisher")).map(|name| text::from_plain(&name))
}

fn subject(element: Element) -> Option<Subject> {
    if !(element.is("category") && element.prefix() != "itunes") && element.name() != "dc:subject" {
        return None;
    }
    let attribute = |name| element.attribute(name).map(|value| value.into_owned());
    let name = element.line().or_else(|| attribute("label"));
    let term = attribute("term");
    match (name, term) {
        (None, None) => None,
        (None, Some(term)) => Some(fields::subject(&text::from_plain(&term))),
        (Some(name), code) => Some(Subject { name: Some(text::from_plain(&name)), code }),
    }
}
