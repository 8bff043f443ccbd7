//! `newsml-1`: NewsML 1.0 to 1.2.

use super::date::Dates;
use super::xml::Element;
use super::{Record, agency, fields, text};
use crate::item::{Item, Language, Marker, PubStatus, Subject};

/// Roles of the component that holds the story, where others hold its title, abstract or style.
const MAIN_ROLES: &[&str] = &["body", "main", "maintext", "bodytext", "text"];

/// Reads a document.
pub(super) fn parse(text: &str, dates: &Dates, max_record: usize, out: &mut Vec<Record>) {
    agency::items(text, &["NewsItem"], dates, max_record, out, |element, dates| {
        Some(item(element, dates))
    });
}

fn item(news: Element, dates: &Dates) -> Item {
    let found = |name: &str| news.find(name);
    let line = |name: &str| found(name)?.line();
    let formal = |name: &str| Some(found(name)?.attribute("FormalName")?.into_owned());
    let time = |name: &str| dates.parse(&line(name)?);
    let party = |name: &str| {
        let party = found(name)?.find("Party")?;
        Some(party.attribute("FormalName")?.into_owned())
    };
    let language = formal("Language")
        .or_else(|| Some(news.attribute("lang")?.into_owned()))
        .and_then(|code| fields::language(&code));
    let story = of_language(news, language);
    let told = |name: &str| story.find(name)?.line();
    let body = body(story);
    let mut item = Item {
        uri: uri(news),
        version: revision(news),
        headline: told("HeadLine")
            .or_else(|| line("NameLabel"))
            .map(|headline| text::from_plain(&headline))
            .unwrap_or_default(),
        byline: told("ByLine")
            .and_then(|byline| fields::byline(&byline))
            .or_else(|| agency::byline_in(body.as_deref()?)),
        slugline: line("SlugLine").or_else(|| line("NameLabel")).or_else(|| line("KeywordLine")),
        ednote: ednote(news),
        located: located(news),
        publisher: party("Provider")
            .or_else(|| party("Source"))
            .or_else(|| line("CreditLine"))
            .or_else(|| line("ProviderId")),
        language,
        firstcreated: time("FirstCreated").map(|m| m.time),
        urgency: formal("Urgency")
            .or_else(|| line("Urgency"))
            .or_else(|| formal("Priority"))
            .and_then(|level| fields::urgency(&level)),
        subjects: subjects(news),
        places: news.find_all("Location").filter_map(place).collect(),
        body,
        ..Item::default()
    };
    let created =
        time("ThisRevisionCreated").or_else(|| time("FirstCreated")).or_else(|| time("DateId"));
    if let Some(moment) = created {
        item.set_time(moment);
    }
    if let Some(status) = formal("Status") {
        fields::set_status(&mut item, &status);
    }
    let described = found("DescriptiveMetadata");
    let version = described.and_then(|metadata| property(metadata, "Version"));
    // An update may rectify as well.
    let instructions = news.find_all("Instruction").filter_map(|said| said.attribute("FormalName"));
    let said: Vec<_> = instructions.map(|said| said.into_owned()).chain(version).collect();
    for said in &said {
        fields::set_status(&mut item, said);
    }
    if said.iter().any(|said| fields::corrects(said)) {
        item.markers.push(Marker::Corrected);
    }
    if let Some(end) = embargo(news) {
        fields::set_embargo(&mut item, dates.parse(&end));
    }
    item
}

/// The component that tells the story in the language of the item, if the one whose headline comes
/// first tells it in another; else the whole.
fn of_language(news: Element, language: Option<Language>) -> Element {
    let headline = |part: Element| part.find("HeadLine").map(Element::offset);
    let spoken = || {
        let components = news.find_all("NewsComponent").filter(|part| headline(*part).is_some());
        components.filter_map(|part| Some((part, agency::language_of(part)?)))
    };
    let first = spoken().filter(|(part, _)| headline(*part) == headline(news)).last();
    let wanted = || spoken().find(|(_, said)| Some(*said) == language);
    match first {
        Some((_, said)) if Some(said) != language => wanted().map_or(news, |(part, _)| part),
        _ => news,
    }
}

/// The identifier without its revision: the parts of the `NewsIdentifier`, which the public
/// identifier repeats with the revision at its end.
fn uri(news: Element) -> Option<String> {
    let identifier = news.find("NewsIdentifier")?;
    let part = |name: &str| identifier.child(name)?.line();
    match (part("ProviderId"), part("DateId"), part("NewsItemId")) {
        (Some(provider), Some(date), Some(id)) => {
            Some(format!("urn:newsml:{provider}:{date}:{id}"))
        }
        // Without a number it names the agency, not the item.
        _ => part("PublicIdentifier").filter(|id| id.contains(|c: char| c.is_ascii_digit())),
    }
}

fn revision(news: Element) -> Option<u64> {
    let line = news.find("RevisionId")?.line()?;
    line.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()
}

fn located(news: Element) -> Option<String> {
    let origin = news.find_all("Location").find(|location| {
        location.attribute("HowPresent").is_some_and(|how| how.eq_ignore_ascii_case("origin"))
    });
    let described = || news.find("DescriptiveMetadata").and_then(city);
    origin.and_then(city).or_else(described).or_else(|| dateline(news))
}

/// The place of a dateline: `Strasbourg, 10 juil 2024 (AFP)`, or a place alone.
fn dateline(news: Element) -> Option<String> {
    /// More words are a sentence.
    const MAX: usize = 4;
    let line = news.find("DateLine")?.line()?;
    let dated = |text: &str| text.contains(|c: char| c.is_ascii_digit());
    match line.split_once(',') {
        Some((place, rest)) if dated(rest) => fields::some(place),
        _ => Some(line).filter(|line| !dated(line) && line.split(' ').count() <= MAX),
    }
}

fn city(element: Element) -> Option<String> {
    property(element, "City")
}

/// The value of the `Property` of a name directly within an element.
fn property(element: Element, name: &str) -> Option<String> {
    let mut children = element.children().filter(|child| child.is("Property"));
    let named =
        |p: &Element| p.attribute("FormalName").is_some_and(|n| n.eq_ignore_ascii_case(name));
    Some(children.find(named)?.attribute("Value")?.into_owned())
}

fn place(location: Element) -> Option<String> {
    let parts: Vec<_> =
        ["City", "Country"].iter().filter_map(|part| property(location, part)).collect();
    fields::some(&parts.join(", "))
}

/// A note to editors: a line of that type, a property of the administrative metadata, or a comment
/// on the component.
fn ednote(news: Element) -> Option<String> {
    let noted = |name: &str| {
        let lower = name.to_ascii_lowercase();
        lower.contains("note") || lower.contains("advisory")
    };
    let line = news.find_all("NewsLine").find_map(|line| {
        let kind = line.child("NewsLineType")?.attribute("FormalName")?.into_owned();
        if noted(&kind) { line.child("NewsLineText")?.line() } else { None }
    });
    let named = || {
        let metadata = news.find("AdministrativeMetadata")?;
        let names = ["EditorialNote", "EdNote", "Note"];
        names.iter().find_map(|name| property(metadata, name))
    };
    let comment = || {
        let comments = news.find_all("NewsComponent").filter_map(|part| part.child("Comment"));
        comments.filter(|comment| comment.attribute("FormalName").is_none()).find_map(Element::line)
    };
    line.or_else(named).or_else(comment)
}

/// When the status is to change to usable, as written.
fn embargo(news: Element) -> Option<String> {
    let change = news.find("StatusWillChange")?;
    let future = change.find("FutureStatus")?.attribute("FormalName")?;
    let usable = PubStatus::parse(&future) == Some(PubStatus::Usable);
    let time = change.find("DateAndTime")?.line()?;
    (usable && fields::states_embargo(&time)).then_some(time)
}

/// Subject codes, each once, with their names where the item brings a topic set.
fn subjects(news: Element) -> Vec<Subject> {
    let levels = ["Subject", "SubjectMatter", "SubjectDetail", "SubjectQualifier"];
    let mut subjects: Vec<Subject> = Vec::new();
    for code in news.find_all("SubjectCode").flat_map(Element::children) {
        let Some(number) = code.attribute("FormalName") else { continue };
        let known = subjects.iter().any(|s| s.code.as_deref() == Some(&*number));
        if levels.iter().any(|level| code.is(level)) && !known && subjects.len() < MAX_SUBJECTS {
            let name = topic_name(news, &number);
            subjects.push(Subject { code: Some(number.into_owned()), name });
        }
    }
    subjects
}

/// Each subject is looked for among the topics and the subjects before it.
const MAX_SUBJECTS: usize = 64;

fn topic_name(news: Element, code: &str) -> Option<String> {
    let topic = news.find_all("Topic").take(MAX_SUBJECTS).find(|topic| {
        topic.child("FormalName").and_then(Element::line).is_some_and(|name| name == code)
    })?;
    let named = |d: &Element| d.attribute("Variant").is_none_or(|v| v.eq_ignore_ascii_case("name"));
    let names = || topic.children().filter(|c| c.is("Description")).filter(named);
    let english = names().find(|d| d.attribute("lang").is_some_and(|lang| lang.starts_with("en")));
    english.or_else(|| names().next())?.line()
}

/// The text of the component with the role of the story, else of the first content item that is
/// text; the second headline where there is none.
fn body(news: Element) -> Option<String> {
    let main = |part: &Element| {
        let role = part.child("Role").and_then(|role| role.attribute("FormalName"));
        role.is_some_and(|role| MAIN_ROLES.iter().any(|main| role.eq_ignore_ascii_case(main)))
    };
    let story = news.find_all("NewsComponent").filter(main).find_map(|part| {
        part.children().filter(|child| child.is("ContentItem")).filter(textual).find_map(text_of)
    });
    story
        .or_else(|| news.find_all("ContentItem").filter(textual).find_map(text_of))
        .or_else(|| news.find("SubHeadLine")?.lines())
}

/// Whether a content item is text, as far as it says what it is.
fn textual(content: &Element) -> bool {
    let said = |name: &str, words: &[&str]| {
        let kind = content.child(name).and_then(|kind| kind.attribute("FormalName"));
        kind.is_none_or(|kind| words.iter().any(|word| kind.to_ascii_lowercase().contains(word)))
    };
    said("MediaType", &["text", "complexdata"]) && said("MimeType", &["text", "xml", "html"])
}

fn text_of(content: Element) -> Option<String> {
    let data = content.child("DataContent")?;
    agency::content(data.find("body.content").or_else(|| data.find("body")).unwrap_or(data))
}

#[cfg(test)]
mod tests;
