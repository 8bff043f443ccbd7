//! IPTC Media Topics: codes, names and the tree over them.
//!
//! `topics.tsv` holds code, broader code, older subject code and name of every topic, retired ones
//! too since archives and slow providers still send them. Derived from the IPTC Media Topics
//! NewsCodes of 2025-03-31, © International Press Telecommunications Council, CC BY 4.0.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::text;
use crate::item::Subject;

const TABLE: &str = include_str!("topics.tsv");

static TOPICS: LazyLock<Topics> = LazyLock::new(Topics::new);

struct Topics {
    /// Code and row of the broader topic.
    rows: Vec<(&'static str, Option<u16>)>,
    /// By code, older code and folded name.
    named: HashMap<String, Vec<u16>>,
}

impl Topics {
    fn new() -> Topics {
        let mut rows = Vec::new();
        let mut named: HashMap<String, Vec<u16>> = HashMap::new();
        let (mut broader, mut replaced) = (Vec::new(), Vec::new());
        for (number, line) in (0..).zip(TABLE.lines()) {
            let mut cells = line.split('\t');
            let mut cell = || cells.next().unwrap_or_default();
            let (code, parent, older, name) = (cell(), cell(), cell(), cell());
            for name in [code, &text::key(name)] {
                named.entry(name.to_owned()).or_default().push(number);
            }
            rows.push((code, None));
            broader.push(parent);
            replaced.push((older, number));
        }
        // Several topics may have come of one older code: the first is the broadest of them.
        for (older, number) in replaced {
            if !older.is_empty() {
                named.entry(older.to_owned()).or_insert_with(|| vec![number]);
            }
        }
        for (row, parent) in rows.iter_mut().zip(broader) {
            row.1 = named.get(parent).and_then(|found| found.first().copied());
        }
        Topics { rows, named }
    }

    fn find(&self, value: &str) -> &[u16] {
        let key = text::key(value);
        let code = match key.rsplit_once(':') {
            Some((_, code)) if code.bytes().all(|b| b.is_ascii_digit()) => code,
            _ => key.as_str(),
        };
        self.named.get(code).map_or(&[], Vec::as_slice)
    }

    fn key(&self, row: u16) -> String {
        format!("medtop:{}", self.rows[usize::from(row)].0)
    }
}

/// The keys of the topics that a query means by a code (`medtop:15000000`, `15000000`) or a name
/// (`sport`); none when no topic is called so.
pub(super) fn named(value: &str) -> Vec<String> {
    TOPICS.find(value).iter().map(|row| TOPICS.key(*row)).collect()
}

/// The values under which queries find a subject: its code and name as sent, and every topic
/// that it is or lies below.
pub(super) fn values(subject: &Subject) -> Vec<String> {
    let sent = || subject.code.iter().chain(&subject.name);
    let mut topics: Vec<u16> = sent().flat_map(|value| TOPICS.find(value)).copied().collect();
    let mut next = 0;
    while let Some(row) = topics.get(next) {
        let broader = TOPICS.rows[usize::from(*row)].1;
        topics.extend(broader.filter(|row| !topics.contains(row)));
        next += 1;
    }
    sent().cloned().chain(topics.into_iter().map(|row| TOPICS.key(row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(code: &str) -> Subject {
        Subject { code: Some(code.to_owned()), name: None }
    }

    #[test]
    fn a_topic_has_the_keys_of_all_above_it() {
        let shot_put = values(&subject("medtop:20000843"));
        for expected in ["medtop:20000843", "medtop:20000827", "medtop:15000000"] {
            assert!(shot_put.iter().any(|key| key == expected), "{expected} not in {shot_put:?}");
        }
    }

    #[test]
    fn topics_are_known_by_code_older_code_and_name() {
        assert_eq!(named("medtop:15000000"), ["medtop:15000000"]);
        assert_eq!(named("15000000"), ["medtop:15000000"]);
        assert_eq!(named("Sport"), ["medtop:15000000"]);
        assert_eq!(named("subj:15005023"), ["medtop:20000843"]);
        assert_eq!(named("gossip about nothing"), Vec::<String>::new());
    }

    #[test]
    fn every_topic_reaches_the_top() {
        for (row, (code, _)) in TOPICS.rows.iter().enumerate() {
            let keys = values(&subject(&format!("medtop:{code}")));
            assert!(keys.len() <= 8, "row {row}: {keys:?}");
        }
        assert_eq!(TOPICS.rows.iter().filter(|row| row.1.is_none()).count(), 17);
    }
}
