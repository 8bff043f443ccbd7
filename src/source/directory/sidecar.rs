//! A sidecar: a file beside another one that says what that one leaves out.

use crate::format::{Format, Options, Record};
use crate::item::Item;

use super::guard;

/// Completes the items of a file with what its sidecar says, in ninjs: what an item says itself
/// stays.
pub(super) fn apply(bytes: &[u8], options: &Options, records: &mut [Record]) -> Result<(), String> {
    let mut said = guard::parse("", Format::Ndjson, bytes, options);
    let said = match (said.pop(), said.is_empty()) {
        (Some(Ok(said)), true) => said,
        (Some(Err(reject)), _) => return Err(reject.reason.trim_end_matches('.').to_owned()),
        _ => return Err("it is not one JSON object".to_owned()),
    };
    for item in records.iter_mut().flatten() {
        complete(item, &said);
    }
    Ok(())
}

fn complete(item: &mut Item, said: &Item) {
    macro_rules! fill {
        ($($field:ident),*) => {
            $(if item.$field.is_none() { item.$field.clone_from(&said.$field); })*
        };
    }
    fill!(
        uri,
        version,
        link,
        body,
        byline,
        slugline,
        ednote,
        located,
        publisher,
        language,
        firstcreated,
        embargoed,
        urgency
    );
    if item.headline.is_empty() {
        item.headline.clone_from(&said.headline);
    }
    if item.versioncreated.is_none() {
        (item.versioncreated, item.time_quality) = (said.versioncreated, said.time_quality);
    }
    if item.pubstatus == crate::item::PubStatus::default() {
        item.pubstatus = said.pubstatus;
    }
    for subject in &said.subjects {
        if !item.subjects.contains(subject) {
            item.subjects.push(subject.clone());
        }
    }
    for place in &said.places {
        if !item.places.contains(place) {
            item.places.push(place.clone());
        }
    }
}
