//! The report as JUnit XML, which continuous integration servers show.

use std::fmt::Write;

use super::Report;

/// Writes a report as JUnit XML: a test suite, a case for each test.
pub fn junit(report: &Report) -> String {
    let failed = report.tests.iter().filter(|test| !test.mismatches.is_empty()).count();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = writeln!(
        xml,
        "<testsuite name=\"wirefold test\" tests=\"{}\" failures=\"{failed}\" errors=\"0\">",
        report.tests.len()
    );
    for test in &report.tests {
        let (name, file) = (escape(&test.name), escape(&test.file));
        let _ = write!(
            xml,
            "  <testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\" line=\"{}\"",
            test.line
        );
        if test.mismatches.is_empty() {
            xml.push_str("/>\n");
            continue;
        }
        xml.push_str(">\n");
        for mismatch in &test.mismatches {
            let message = format!(
                "item {}: {} is {}, not {}",
                mismatch.item, mismatch.key, mismatch.found, mismatch.expected
            );
            let _ = writeln!(
                xml,
                "    <failure message=\"{}\">{} (line {})</failure>",
                escape(&message),
                escape(&mismatch.headline),
                mismatch.line
            );
        }
        xml.push_str("  </testcase>\n");
    }
    xml.push_str("</testsuite>\n");
    xml
}

/// Escaped, on one line: a parser makes spaces of an attribute's line ends.
fn escape(text: &str) -> String {
    crate::markup::escape(&text.replace(['\n', '\t'], " "))
}
