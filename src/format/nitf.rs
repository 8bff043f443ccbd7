//! `nitf`: the IPTC's News Industry Text Format, alone or within NewsML.

use super::date::Dates;
use super::xml::Element;
use super::{Record, agency, fields, text};
use crate::item::{Item, Marker, PubStatus, Subject};

/// Reads a document.
pub(super) fn parse(text: &str, dates: &Dates, max_record: usize, out: &mut Vec<Record>) {
    agency::items(text, &["nitf"], dates, max_record, out, |element, dates| {
        Some(item(element, dates))
    });
}

/// Reads a `nitf` element.
pub(super) fn item(nitf: Element, dates: &Dates) -> Item {
    let found = |name: &str| nitf.find(name);
    let line = |name: &str| found(name)?.line();
    let attribute = |name: &str, key: &str| Some(found(name)?.attribute(key)?.into_owned());
    let time = |name: &str, key: &str| dates.parse(&attribute(name, key)?);
    // Notes in the head have a `body.content` of their own.
    let content = nitf.child("body").and_then(|body| body.child("body.content"));
    let body = content.and_then(agency::content).or_else(|| found("abstract")?.lines());
    let issued = time("date.issue", "norm");
    let mut item = Item {
        uri: attribute("doc-id", "id-string"),
        version: attribute("du-key", "version").and_then(|version| version.parse().ok()),
        link: attribute("pubdata", "ex-ref").filter(|link| link.starts_with("http")),
        headline: line("hl1")
            .or_else(|| line("hedline"))
            .or_else(|| line("title"))
            .map(|headline| text::from_plain(&headline))
            .unwrap_or_default(),
        byline: byline(nitf).or_else(|| agency::byline_in(body.as_deref()?)),
        slugline: slugline(nitf),
        ednote: ednote(nitf),
        located: located(nitf),
        publisher: line("distributor")
            .or_else(|| attribute("doc-id", "regsrc"))
            .or_else(|| attribute("from-src", "src-name"))
            .or_else(|| attribute("doc.copyright", "holder"))
            .or_else(|| line("rights.owner"))
            .or_else(|| attribute("doc.rights", "owner")),
        language: nitf
            .attribute("baselang")
            .or_else(|| nitf.attribute("lang"))
            .map(|tag| tag.into_owned())
            .or_else(|| attribute("body", "lang"))
            .or_else(|| attribute("p", "lang"))
            .and_then(|tag| fields::language(&tag)),
        firstcreated: time("revision-history", "norm").map(|m| m.time),
        urgency: attribute("urgency", "ed-urg").and_then(|level| fields::urgency(&level)),
        subjects: subjects(nitf),
        places: nitf.find_all("evloc").filter_map(place).collect(),
        body,
        ..Item::default()
    };
    let created = issued
        .or_else(|| time("date.release", "norm"))
        .or_else(|| time("story.date", "norm"))
        .or_else(|| time("pubdata", "date.publication"));
    if let Some(moment) = created {
        item.set_time(moment);
    }
    // A template may hold one that says nothing, or that names "0".
    let named = |it: Element| {
        said(it, "id-string").filter(|id| id.len() > 3 || id.contains(char::is_alphabetic))
    };
    let corrections = || nitf.find_all("correction");
    item.amends = corrections().find_map(named);
    if item.amends.is_some() || corrections().any(|it| said(it, "info").is_some()) {
        item.markers.push(Marker::Corrected);
    }
    if let Some(status) = attribute("docdata", "management-status") {
        fields::set_status(&mut item, &status);
    }
    let release =
        found("date.release").and_then(|release| said(release, "norm").or(release.line()));
    if let Some(release) = release.filter(|release| fields::states_embargo(release)) {
        let end = dates.parse(&release);
        let issued = issued.map_or(dates.received, |issued| issued.time);
        // A release after the issue, or after its receipt where no issue is dated, is an embargo.
        if end.is_none_or(|end| end.time > issued) {
            fields::set_embargo(&mut item, end);
        }
    }
    if let Some(canceled) = canceled(nitf).filter(|id| item.uri.as_ref() != Some(id)) {
        // It is a version of the item it names, by whose count its own version is none.
        (item.uri, item.version) = (Some(canceled), None);
        item.pubstatus = PubStatus::Canceled;
    }
    item
}

/// The document that a notice under an id of its own cancels. What is usable itself and comes in the
/// place of the other is news.
fn canceled(nitf: Element) -> Option<String> {
    let docdata = nitf.find("docdata")?;
    let status = |key| said(docdata, key).and_then(|status| PubStatus::parse(&status));
    let cancels = status("management-idref-status") == Some(PubStatus::Canceled)
        && status("management-status") != Some(PubStatus::Usable);
    said(docdata, "management-doc-idref").filter(|_| cancels)
}

/// An attribute that is not blank.
fn said(element: Element, key: &str) -> Option<String> {
    fields::some(&element.attribute(key)?)
}

/// The byline without the writer's title, which stands in a `byttl` of its own.
fn byline(nitf: Element) -> Option<String> {
    let line = nitf.find("byline")?.lines()?;
    // `By<person>Ann Lee</person>`: the element stands for the space.
    let glued = line.strip_prefix("By").filter(|name| name.starts_with(char::is_uppercase));
    fields::byline(glued.unwrap_or(&line))
}

/// The label of the chain: a slug or keyword line, else the key for dynamic use, else the first of
/// several keywords.
fn slugline(nitf: Element) -> Option<String> {
    let named = |meta: &Element| {
        let name = meta.attribute("name").unwrap_or_default().to_ascii_lowercase();
        // `NTBStikkord` is Norwegian for a slugline.
        matches!(
            name.as_str(),
            "slugline" | "slug" | "anpa-keyword" | "ap-slugline" | "ntbstikkord"
        )
    };
    let meta = nitf.find_all("meta").filter(named).find_map(|meta| meta.attribute("content"));
    let keywords: Vec<_> = nitf.find_all("keyword").filter_map(|k| k.attribute("key")).collect();
    let single = if keywords.len() == 1 { keywords.first().cloned() } else { None };
    let key = || nitf.find("du-key")?.attribute("key");
    let slug = meta.or(single).or_else(key).or_else(|| keywords.first().cloned())?;
    Some(slug.into_owned())
}

/// All that is said to editors, of which any part may tell an embargo; else what the revision says.
fn ednote(nitf: Element) -> Option<String> {
    let to_editors = |note: &Element| {
        note.attribute("noteclass").is_some_and(|class| class.eq_ignore_ascii_case("editorsnote"))
    };
    let info = |name: &'static str| nitf.find_all(name).filter_map(|message| said(message, "info"));
    let notes = nitf.find_all("note").filter(to_editors).filter_map(Element::lines);
    let all: Vec<String> = info("ed-msg").chain(info("correction")).chain(notes).collect();
    fields::some(&all.join("\n")).or_else(|| said(nitf.find("revision-history")?, "comment"))
}

fn located(nitf: Element) -> Option<String> {
    let location = nitf.find("dateline").and_then(|dateline| dateline.find("location"));
    let city = location.and_then(|location| location.child("city")?.line());
    let dateline = city.or_else(|| location?.line());
    let bare = || nitf.find("dateline")?.line().filter(|line| line.split(' ').count() <= 3);
    dateline.or_else(|| Some(nitf.find("evloc")?.attribute("city")?.into_owned())).or_else(bare)
}

fn place(evloc: Element) -> Option<String> {
    let parts = ["city", "county-dist", "state-prov", "iso-cc"];
    let parts: Vec<_> = parts.iter().filter_map(|part| evloc.attribute(part)).collect();
    fields::some(&parts.join(", "))
}

/// Coded subjects; without one, what kind of thing the item is.
fn subjects(nitf: Element) -> Vec<Subject> {
    let coded: Vec<Subject> = nitf.find_all("tobject.subject").filter_map(subject).collect();
    if !coded.is_empty() {
        return coded;
    }
    let kind = |name: &str, key: &str| fields::some(&nitf.find(name)?.attribute(key)?);
    let kinds =
        [kind("tobject", "tobject.type"), kind("tobject.property", "tobject.property.type")];
    let scopes = nitf.find_all("doc-scope").filter_map(|scope| scope.attribute("scope"));
    let scopes = scopes.filter_map(|scope| fields::some(&scope));
    kinds
        .into_iter()
        .flatten()
        .chain(scopes)
        .map(|name| Subject { code: None, name: Some(name) })
        .collect()
}

/// A subject by its number and the most specific of its names.
fn subject(element: Element) -> Option<Subject> {
    let attribute = |key: &str| Some(element.attribute(key)?.into_owned());
    let name = ["detail", "matter", "type"]
        .iter()
        .find_map(|part| attribute(&format!("tobject.subject.{part}")));
    let code = attribute("tobject.subject.refnum").or_else(|| attribute("tobject.subject.code"));
    (code.is_some() || name.is_some()).then_some(Subject { code, name })
}

#[cfg(test)]
mod tests;
