use super::*;
use std::path::Path;

use crate::config::{Config as Configuration, File, SourceKind};

fn source(more: &str) -> NatsSource {
    let text = format!("[[source.nats]]\nname = \"wire\"\nstream = \"WIRE\"\n{more}\n");
    let config = Configuration::parse(File::new("f", text), Path::new(".")).0.unwrap();
    let Some(SourceKind::Nats(nats)) = config.sources.into_iter().map(|source| source.kind).next()
    else {
        panic!("it is of NATS")
    };
    *nats
}

/// What a server says of a consumer that is as wirefold makes it, but for `more`.
fn consumer(more: &str) -> Info {
    let text = format!(
        r#"{{
            "stream_name": "WIRE", "name": "wirefold", "created": "2026-11-28T18:00:00Z",
            "config": {{
                "durable_name": "wirefold", "deliver_policy": "all", "ack_policy": "explicit",
                "ack_wait": 30000000000, "max_deliver": -1, "replay_policy": "instant" {more}
            }},
            "delivered": {{ "consumer_seq": 0, "stream_seq": 0 }},
            "ack_floor": {{ "consumer_seq": 0, "stream_seq": 0 }},
            "num_ack_pending": 0, "num_redelivered": 0, "num_waiting": 0, "num_pending": 0
        }}"#
    );
    serde_json::from_str(&text).unwrap()
}

#[track_caller]
fn refused(consumer_has: &str, configured: &str, expected: &str) {
    let error = fits(&consumer(consumer_has), &source(configured)).unwrap_err();
    assert!(error.contains(expected) && error.contains("name another"), "{error}");
}

#[test]
fn a_consumer_that_delivers_other_subjects_is_refused_with_both_named() {
    let several = r#", "filter_subjects": ["wire.a", "wire.b"]"#;
    refused(several, "", r#"delivers the subjects ["wire.a", "wire.b"], not every subject"#);
    refused(several, "subject = \"wire.a\"", "not the subject `wire.a`");
    refused("", "subject = \"wire.a\"", "delivers every subject, not the subject `wire.a`");
    let one = r#", "filter_subject": "wire.a""#;
    refused(one, "", "delivers the subject `wire.a`, not every subject");
}

#[test]
fn a_consumer_of_the_same_subject_fits_however_it_is_written() {
    for one in [r#", "filter_subject": "wire.a""#, r#", "filter_subjects": ["wire.a"]"#] {
        assert_eq!(fits(&consumer(one), &source("subject = \"wire.a\"")), Ok(()));
    }
    assert_eq!(fits(&consumer(""), &source("")), Ok(()));
}

#[test]
fn a_consumer_that_cannot_be_read_from_without_loss_is_refused() {
    refused(r#", "headers_only": true"#, "", "no more of a message than its headers");
    refused(r#", "deliver_subject": "there""#, "", "not a pull consumer");
    refused(r#", "max_waiting": 1"#, "", "one request wait (`max_waiting`)");
    let mut gives_up = consumer("");
    gives_up.config.max_deliver = 3;
    let error = fits(&gives_up, &source("")).unwrap_err();
    assert!(error.contains("gives up on a message after 3 deliveries"), "{error}");
}

#[test]
fn no_more_is_asked_for_than_the_consumer_allows() {
    let seconds = Duration::from_secs;
    let limits = r#", "max_batch": 10, "max_expires": 2000000000"#;
    for (has, configured, expected) in [
        ("", "", (AHEAD, EXPIRES)),
        ("", "in_flight = 7", (7, EXPIRES)),
        (limits, "", (10, seconds(2))),
        (limits, "in_flight = 7", (7, seconds(2))),
        (r#", "max_batch": 100000, "max_expires": 3600000000000"#, "", (AHEAD, EXPIRES)),
    ] {
        assert_eq!(most(&consumer(has).config, &source(configured)), expected, "{has}");
    }
}
