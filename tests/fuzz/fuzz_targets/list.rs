#![no_main]

use libfuzzer_sys::fuzz_target;
use wirefold::format::Format;

fuzz_target!(|bytes: &[u8]| wirefold_fuzz::check(Format::List, bytes));
