#![no_main]

//! Lists of feeds: what `wirefold init --opml` and a source's `opml` read.

use libfuzzer_sys::fuzz_target;
use wirefold::source::feed::opml;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(list) = opml::parse(&text) {
        assert!(list.feeds.len() + list.unusable.len() <= text.len(), "feeds from nothing");
    }
});
