#![no_main]

//! Queries of rules: any text is a rule or an error with its place, and the error can be drawn.

use std::fmt::Write;
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use wirefold::config::{Config, File};
use wirefold::route::Route;

fuzz_target!(|bytes: &[u8]| {
    let mut query = String::new();
    for letter in String::from_utf8_lossy(bytes).chars() {
        match letter {
            ' '..='~' if !matches!(letter, '"' | '\\') => query.push(letter),
            other => write!(query, "\\U{:08X}", u32::from(other)).expect("a string takes all"),
        }
    }
    let file = format!(
        "[[channel]]\nname = \"all\"\n[[rule]]\nname = \"r\"\nquery = \"{query}\"\nchannels = [\"all\"]\n"
    );
    let (config, mut problems) = Config::parse(File::new("fuzz.toml", file), Path::new("."));
    let route = config.and_then(|config| Route::compile(&config, &mut problems));
    assert_eq!(route.is_none(), problems.has_errors(), "{}", problems.render(false));
    let _drawn = problems.render(false);
});
