//! A sidecar: a file beside another one that says what that one leaves out.

use crate::format::{Format, Options};
use crate::item::Item;

use super::guard;

/// Reads what a sidecar says, in ninjs.
pub(super) fn read(bytes: &[u8], options: &Options) -> Result<Item, String> {
    let mut said = guard::parse("", Format::Ndjson, bytes, options);
    match (said.pop(), said.is_empty()) {
        (Some(Ok(said)), true) => Ok(said),
        (Some(Err(reject)), _) => Err(reject.reason.trim_end_matches('.').to_owned()),
        _ => Err("it is not one JSON object".to_owned()),
    }
}

/// Completes an item with what its file's sidecar says: what the item says itself stays.
pub(super) fn complete(item: &mut Item, said: &Item) {
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
