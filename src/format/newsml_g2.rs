//! `newsml-g2`: IPTC NewsML-G2, from a bare `newsItem` to a `newsMessage` with packages.
//!
//! Fields are found where the standard puts them; in between, agencies differ in the case of
//! names and in whether a value is a qcode, a literal, a URI or a name, so all four are read. A
//! package is an item of its own whose text is the headlines it lists.

use super::anpa::Keyword;
use super::date::Dates;
use super::xml::Element;
use super::{Record, agency, fields, nitf, text};
use crate::item::{Item, Language, Marker, PubStatus, Subject};

/// Reads a document.
pub(super) fn parse(text: &str, dates: &Dates, max_record: usize, out: &mut Vec<Record>) {
    let names = ["newsItem", "packageItem", "planningItem"];
    agency::items(text, &names, dates, max_record, out, item);
}

/// Reads a `newsItem`, `packageItem` or `planningItem`; none when it is a mere list of references.
fn item(element: Element, dates: &Dates) -> Option<Item> {
    let meta = element.child("itemMeta");
    let content = element.child("contentMeta");
    if element.is("packageItem") && meta.is_none() && content.is_none() {
        return None;
    }
    let management = |name: &str| meta.and_then(|meta| meta.child(name));
    let about = |name: &str| content.and_then(|content| content.child(name));
    let time = |found: Option<Element>| dates.parse(&found?.line()?);
    let inline = element.find("nitf").map(|nitf| nitf::item(nitf, dates));
    let language = about("language")
        .and_then(|language| language.attribute("tag"))
        .or_else(|| element.attribute("lang"))
        .or_else(|| content?.attribute("lang"))
        .and_then(|tag| fields::language(&tag));
    let body = body(element, language);
    let mut item = Item {
        uri: element.attribute("guid").map(|guid| guid.into_owned()),
        version: element.attribute("version").and_then(|version| version.parse().ok()),
        headline: headline(content, language)
            .or_else(|| inline.as_ref().map(|nitf| nitf.headline.clone()))
            .filter(|headline| !headline.is_empty())
            .or_else(|| management("title")?.line())
            .unwrap_or_default(),
        byline: about("by")
            .and_then(|by| fields::byline(&by.line()?))
            .or_else(|| author(content?))
            .or_else(|| inline.as_ref()?.byline.clone())
            .or_else(|| agency::byline_in(body.as_deref()?)),
        slugline: about("slugline").and_then(Element::line),
        ednote: ednote(meta),
        located: about("located").and_then(name),
        publisher: management("provider").and_then(name).or_else(|| source(content?)),
        language,
        firstcreated: time(management("firstCreated")).map(|m| m.time),
        urgency: about("urgency").and_then(|level| fields::urgency(&level.line()?)),
        pubstatus: management("pubStatus").and_then(status).unwrap_or_default(),
        markers: meta.map(signals).unwrap_or_default(),
        amends: meta.and_then(amends),
        body,
        ..Item::default()
    };
    if element.is("planningItem") {
        item.markers.push(Marker::Advisory);
    }
    if let Some(slugline) = item.slugline.as_deref().filter(|line| line.contains(',')) {
        // AP's slugline is the keyword line of its circuits, with the version, which the takes of a
        // story do not share.
        let keyword = Keyword::read(slugline);
        if !keyword.markers.is_empty() && !slugline.contains('(') {
            let label = slugline.split(',').next().and_then(fields::some);
            item.slugline = label;
        }
        item.markers.extend(keyword.markers.into_iter().filter(|marker| !marker.acts()));
    }
    for subject in content.iter().flat_map(|content| content.children()).filter(|c| c.is("subject"))
    {
        let place = subject.attribute("type").is_some_and(|kind| kind.ends_with("geoArea"));
        if let (true, Some(name)) = (place, name(subject)) {
            item.places.push(name);
        }
        let concept = concept(subject).filter(|concept| !item.subjects.contains(concept));
        item.subjects.extend(concept);
    }
    let created = time(management("versionCreated")).or_else(|| time(about("contentCreated")));
    if let Some(moment) = created {
        item.set_time(moment);
    }
    if let Some(embargoed) = management("embargoed") {
        let end = embargoed.line();
        let open = embargoed.attribute("nil").is_some_and(|nil| nil == "true" || nil == "1");
        if open || end.is_some_and(|end| fields::states_embargo(&end)) {
            fields::set_embargo(&mut item, time(Some(embargoed)));
        }
    }
    Some(item)
}

/// All notes to editors: some agencies write one for the desk and one for the reader.
fn ednote(meta: Option<Element>) -> Option<String> {
    let notes = meta.into_iter().flat_map(Element::children).filter(|c| c.is("edNote"));
    fields::some(&notes.filter_map(agency::content).collect::<Vec<_>>().join("\n"))
}

/// The main headline in the language of the item: one without a role or with that of a main one, else
/// any.
fn headline(content: Option<Element>, language: Option<Language>) -> Option<String> {
    let headlines = || content.into_iter().flat_map(Element::children).filter(|c| c.is("headline"));
    let main = |headline: &Element| {
        headline.attribute("role").is_none_or(|role| role.to_ascii_lowercase().ends_with("main"))
    };
    let found = agency::by_language(headlines().filter(main), language)
        .chain(agency::by_language(headlines(), language))
        .find_map(Element::line)?;
    Some(text::from_plain(&found))
}

/// The name of a concept, in English if it has one.
fn named(element: Element) -> Option<String> {
    let names = element.children().filter(|child| child.is("name"));
    agency::by_language(names, Some(Language::ENGLISH)).find_map(Element::line)
}

/// What a concept is called: its name, else its literal, else the code without its scheme.
fn name(element: Element) -> Option<String> {
    let attribute = |key| element.attribute(key);
    named(element)
        .or_else(|| Some(attribute("literal")?.into_owned()))
        .or_else(|| Some(attribute("qcode")?.rsplit(':').next()?.to_owned()))
        .or_else(|| Some(attribute("uri")?.into_owned()))
        .or_else(|| element.line())
}

fn concept(subject: Element) -> Option<Subject> {
    let attribute = |key| subject.attribute(key).map(|value| value.into_owned());
    let name = named(subject);
    let code = attribute("qcode").or_else(|| attribute("uri"));
    let literal = attribute("literal");
    match (code, name, literal) {
        (None, None, None) => None,
        (code @ Some(_), name, literal) => Some(Subject { code, name: name.or(literal) }),
        (None, None, Some(literal)) => Some(fields::subject(&literal)),
        (None, name, code) => Some(Subject { code, name }),
    }
}

/// A creator who is a person by role; without a role it is mostly the agency again.
fn author(content: Element) -> Option<String> {
    let roles = ["author", "writer", "reporter", "byline"];
    let person = |creator: &Element| {
        let role = creator.attribute("role").unwrap_or_default().to_ascii_lowercase();
        creator.is("creator") && roles.iter().any(|known| role.contains(known))
    };
    content.children().find(person).and_then(name)
}

fn source(content: Element) -> Option<String> {
    content.child("infoSource").and_then(name).or_else(|| content.child("creditline")?.line())
}

fn status(element: Element) -> Option<PubStatus> {
    PubStatus::parse(&code(element)?.1)
}

/// The scheme and the code of a value in small letters, which may be told by a qcode, a uri, a
/// literal or its text.
fn code(element: Element) -> Option<(String, String)> {
    let said = ["qcode", "uri", "literal"].iter().find_map(|key| element.attribute(key));
    let said = said.map(|said| said.into_owned()).or_else(|| element.line())?.to_lowercase();
    let mut parts = said.trim_end_matches('/').rsplit([':', '/', '#']);
    let code = parts.next()?.to_owned();
    Some((parts.next().unwrap_or_default().to_owned(), code))
}

/// Signals of the IPTC and of Reuters (`edStat`) that say what a version is. That it is an update
/// its number tells.
fn signals(meta: Element) -> Vec<Marker> {
    let read = |signal: Element| {
        let (scheme, code) = code(signal)?;
        let scheme = match scheme.as_str() {
            // In a uri, and in a literal.
            "signal" | "" => "sig",
            scheme => scheme,
        };
        match (scheme, code.as_str()) {
            ("sig", "correction") | ("edstat", "c") => Some(Marker::Corrected),
            ("sig", "kill") | ("edstat", "k") => Some(Marker::Kill),
            ("sig", "withdrawal" | "withdrawn") | ("edstat", "w") => Some(Marker::Withdrawn),
            ("sig", "alert" | "flash" | "newsflash") | ("edstat", "a") => Some(Marker::Breaking),
            _ => None,
        }
    };
    let mut markers: Vec<Marker> =
        meta.children().filter(|c| c.is("signal")).filter_map(read).collect();
    markers.dedup();
    markers
}

/// The item that a notice under a guid of its own corrects or takes back, as a link says.
fn amends(meta: Element) -> Option<String> {
    let relations =
        ["previousversion", "replaces", "supersedes", "corrects", "correctionof", "cancels"];
    let link = meta.children().filter(|c| c.is("link")).find(|link| {
        let said = ["rel", "reluri"].iter().find_map(|key| link.attribute(key));
        let relation = said.map(|said| said.to_lowercase()).unwrap_or_default();
        relation.rsplit([':', '/', '#']).next().is_some_and(|it| relations.contains(&it))
    })?;
    fields::some(&link.attribute("residref")?)
}

/// Whether an item is of one of these classes; none if it does not say its class.
fn is_of_class(item: Element, classes: &[&str]) -> Option<bool> {
    let (_, class) = code(item.child("itemClass")?)?;
    Some(classes.iter().any(|known| class.ends_with(known)))
}

/// The text of the first rendition that has any, in the language of the item if one is; of a package,
/// the headlines it lists.
fn body(element: Element, language: Option<Language>) -> Option<String> {
    if element.is("packageItem") {
        let textual = |item: &Element| is_of_class(*item, &["text", "composite"]).unwrap_or(true);
        let items = element.find_all("itemRef").filter(textual);
        let named = |item: Element, name| item.child(name).and_then(Element::line);
        let headlines = items.filter_map(|i| named(i, "headline").or_else(|| named(i, "title")));
        return fields::some(&headlines.collect::<Vec<_>>().join("\n"));
    }
    let renditions = element.child("contentSet").into_iter().flat_map(Element::children);
    let inline = renditions.filter(|c| c.is("inlineXML") || c.is("inlineData"));
    let text = agency::by_language(inline, language).find_map(|rendition| {
        let within = rendition.find("body.content").or_else(|| rendition.find("body"));
        agency::content(within.unwrap_or(rendition))
    });
    text.or_else(|| caption(element))
}

/// The caption of a picture, graphic, audio or video, or what is planned.
fn caption(element: Element) -> Option<String> {
    let classes = ["picture", "graphic", "audio", "video"];
    let visual = element.is("planningItem") || is_of_class(element.child("itemMeta")?, &classes)?;
    let described = element.child("contentMeta")?.child("description")?;
    if visual { agency::content(described) } else { None }
}

#[cfg(test)]
mod tests;
