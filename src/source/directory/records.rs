//! The records of one file, made as they are wanted: a file of a million lines is never held as a
//! million items.

use crate::format::Record;
use crate::item::{Item, Reject};
use crate::prepare::is_accepted;

use super::super::guard::Guard;
use super::sidecar;

/// The records of a file.
pub(super) struct Records {
    pieces: Option<Guard<Vec<u8>>>,
    /// Those of the piece in hand.
    ready: std::vec::IntoIter<Record>,
    /// What the file's sidecar says about every item.
    pub(super) said: Option<Item>,
    /// Records so far.
    pub(super) count: usize,
    /// What those so far are.
    own: Own,
    /// It has more records than are read.
    cut: bool,
}

/// What the records of a file are, as far as they have come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    None,
    /// No item among them: an item that gives no text is a reject, too.
    Rejects,
    Items,
}

impl Records {
    pub(super) fn of(pieces: Guard<Vec<u8>>) -> Records {
        Records::new(Some(pieces), Vec::new())
    }

    /// Of a file that is not read at all.
    pub(super) fn refused(why: Reject) -> Records {
        Records::new(None, vec![Err(why)])
    }

    fn new(pieces: Option<Guard<Vec<u8>>>, ready: Vec<Record>) -> Records {
        Records {
            pieces,
            ready: ready.into_iter(),
            said: None,
            count: 0,
            own: Own::None,
            cut: false,
        }
    }

    /// Whether anything of the file became an item, or it held nothing, as far as its records have
    /// come; and nothing of it was left unread.
    pub(super) fn readable(&self) -> bool {
        self.own != Own::Rejects && !self.cut
    }

    fn note(&mut self, record: &Record) {
        self.cut |= record.as_ref().is_err_and(Reject::stands_for_many);
        if self.own != Own::Items {
            let item = record.as_ref().is_ok_and(is_accepted);
            self.own = if item { Own::Items } else { Own::Rejects };
        }
    }
}

impl Iterator for Records {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if let Some(mut record) = self.ready.next() {
                if let (Ok(item), Some(said)) = (&mut record, &self.said) {
                    sidecar::complete(item, said);
                }
                self.count += 1;
                self.note(&record);
                return Some(record);
            }
            self.ready = self.pieces.as_mut()?.next()?.into_iter();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;
    use crate::format::tests::options;

    fn records(text: &str) -> Records {
        let bytes = text.as_bytes().to_vec();
        Records::of(Guard::new("a", Format::Ndjson, bytes, &options()))
    }

    #[test]
    fn an_item_that_was_taken_in_before_a_restart_counts() {
        let text = format!("{{\"headline\": \"Ferry late\"}}\n{}", "{x}\n".repeat(10));
        let mut again = records(&text);
        assert_eq!(again.by_ref().skip(5).filter(Result::is_err).count(), 6);
        assert!(again.readable());
        assert_eq!(again.count, 11);
    }

    #[test]
    fn a_document_of_which_records_were_left_unread_is_not_readable() {
        let most = crate::format::MAX_RECORDS;
        for (items, readable) in [(most, true), (most + 1, false)] {
            let text = format!("[{}]", vec!["{\"headline\": \"Ferry late\"}"; items].join(","));
            let bytes = text.into_bytes();
            let mut all = Records::of(Guard::new("a", Format::Auto, bytes, &options()));
            all.by_ref().for_each(drop);
            assert_eq!(all.readable(), readable, "{items}");
        }
    }

    #[test]
    fn nothing_is_readable_and_what_gives_no_text_is_not() {
        for (text, readable) in [("\n", true), ("{x}\n", false), ("{\"mood\": \"good\"}\n", false)]
        {
            let mut records = records(text);
            records.by_ref().for_each(drop);
            assert_eq!(records.readable(), readable, "{text}");
        }
    }
}
