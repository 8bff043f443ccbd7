//! Text in XML.

use std::fmt::Write;

pub(super) use crate::markup::escape;

/// Appends `<name>text</name>`.
pub(super) fn element(out: &mut String, name: &str, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "<{name}>{}</{name}>", escape(text));
}
