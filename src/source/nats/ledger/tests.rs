use super::*;

fn sent(messages: &[(u64, u64, u64)]) -> Ledger {
    let mut ledger = Ledger::default();
    for (message, first, records) in messages {
        ledger.send(*message, 0, Seq(*first), *records);
    }
    ledger
}

#[test]
fn a_message_whose_records_are_all_in_the_log_is_not_taken_in_again() {
    let mut ledger = sent(&[(7, 100, 2), (8, 102, 3), (9, 105, 1)]);
    assert_eq!(ledger.known(8, 0), Known::UnderWay);
    ledger.settle(Seq(104), true);
    assert_eq!(ledger.known(7, 0), Known::Durable);
    assert_eq!(ledger.known(8, 0), Known::No(Tried { times: 1, durable: 2 }));
    assert_eq!(ledger.known(9, 0), Known::No(Tried { times: 1, durable: 0 }));
}

#[test]
fn what_is_left_of_a_message_after_two_deaths_adds_up() {
    let mut ledger = sent(&[(8, 102, 5)]);
    ledger.settle(Seq(104), true);
    // The two records in the log are not sent again.
    ledger.send(8, 0, Seq(104), 3);
    ledger.settle(Seq(105), true);
    assert_eq!(ledger.known(8, 0), Known::No(Tried { times: 2, durable: 3 }));
}

#[test]
fn an_orderly_end_is_held_against_no_message() {
    let mut ledger = sent(&[(8, 102, 5)]);
    ledger.settle(Seq(104), false);
    assert_eq!(ledger.known(8, 0), Known::No(Tried { times: 0, durable: 2 }));
}

#[test]
fn a_message_without_records_is_durable_at_once() {
    let mut ledger = sent(&[(3, 50, 0)]);
    ledger.settle(Seq(50), true);
    assert_eq!(ledger.known(3, 0), Known::Durable);
}

#[test]
fn what_the_server_will_not_send_again_takes_no_more_room_than_one_range() {
    let mut ledger = Ledger::default();
    for message in [1, 3, 5, 7] {
        ledger.durable(message);
    }
    ledger.acknowledged(4);
    assert_eq!(ledger.durable.len(), 2);
    for (message, known) in [(3, true), (5, true), (6, false), (7, true)] {
        assert_eq!(ledger.known(message, 0) == Known::Durable, known, "{message}");
    }
}

#[test]
fn what_was_acknowledged_before_a_store_went_back_is_not_taken_in_again_by_a_later_run() {
    let mut ledger = of_the_run_before();
    ledger.acknowledged(190);
    let ledger = Ledger::read(&ledger.write().unwrap());
    assert!(!ledger.is_of_another(101, 101));
    assert_eq!(ledger.known(101, 101), Known::Durable);
    assert!(ledger.is_of_another(101, 201), "published after all that are known");
}

#[test]
fn a_number_that_was_acknowledged_before_there_was_a_ledger_tells_nothing_of_a_later_message() {
    let mut ledger = Ledger::default();
    ledger.keep_for("monday".to_owned());
    let mut ledger = Ledger::read(&ledger.write().unwrap());
    ledger.acknowledged(190);
    assert!(ledger.is_of_another(101, 201));
}

#[test]
fn another_consumer_starts_from_nothing() {
    let mut ledger = Ledger::default();
    ledger.keep_for("monday".to_owned());
    ledger.durable(1);
    assert_eq!(ledger.outdated_from("monday", 1), None);
    ledger.keep_for("monday".to_owned());
    assert_eq!(ledger.known(1, 0), Known::Durable);
    assert_eq!(ledger.outdated_from("tuesday", 1), Some(0));
    ledger.keep_for("tuesday".to_owned());
    assert_eq!(ledger.known(1, 0), Known::No(Tried::default()));
}

#[test]
fn what_is_on_its_way_from_a_store_that_went_back_is_outdated() {
    let mut ledger = Ledger::default();
    ledger.keep_for("monday".to_owned());
    ledger.send(201, 7, Seq(900), 1);
    assert_eq!(ledger.outdated_from("monday", 199), Some(200));
    assert_eq!(ledger.outdated_from("monday", 200), Some(201));
    assert_eq!(ledger.outdated_from("monday", 201), None);
}

#[test]
fn a_store_that_went_back_in_time_numbers_other_messages_alike() {
    let mut ledger = Ledger::default();
    for message in 1..=200 {
        ledger.send(message, message.into(), Seq(message), 1);
        ledger.durable(message);
    }
    assert!(ledger.is_of_another(101, 201) && !ledger.is_of_another(101, 101));
    ledger.forget_from(101);
    assert_eq!(ledger.known(101, 201), Known::No(Tried::default()));
    assert!(!ledger.is_of_another(102, 202), "all from there on are forgotten at once");
    assert_eq!(ledger.known(102, 202), Known::No(Tried::default()));
    assert_eq!(ledger.known(200, 200), Known::Durable, "the same, which the server forgot");
    assert_eq!(ledger.known(100, 100), Known::Durable);
}

#[test]
fn a_stream_with_gaps_does_not_make_the_ledger_grow_without_end() {
    let mut ledger = Ledger::default();
    (0..3 * RANGES as u64).for_each(|message| ledger.durable(2 * message));
    assert_eq!(ledger.durable.len(), RANGES);
    assert_eq!(ledger.known(2 * (3 * RANGES as u64 - 1), 0), Known::Durable);
}

/// A ledger of messages 1 to 200, published at those times, as the next run finds it.
fn of_the_run_before() -> Ledger {
    let mut ledger = Ledger::default();
    for message in 1..=200 {
        ledger.send(message, message.into(), Seq(message), 1);
        ledger.durable(message);
    }
    Ledger::read(&ledger.write().unwrap())
}

#[test]
fn a_message_published_after_all_that_are_known_is_none_of_them() {
    // Killed before it noted that the store went back: all that tells is the time.
    let mut ledger = of_the_run_before();
    assert!(ledger.is_of_another(101, 201) && !ledger.is_of_another(101, 101));
    assert!(!ledger.is_of_another(201, 301), "nothing is known of that number");
    ledger.forget_from(101);
    ledger.send(101, 201, Seq(900), 1);
    // It is killed once more, before the message is durable.
    let mut ledger = Ledger::read(&ledger.write().unwrap());
    ledger.settle(Seq(900), true);
    assert_eq!(ledger.known(101, 201), Known::No(Tried { times: 1, durable: 0 }));
    assert_eq!(ledger.known(100, 100), Known::Durable);
}

#[test]
fn what_was_left_of_a_message_is_not_taken_from_another_with_its_number() {
    let mut ledger = sent(&[(8, 102, 5)]);
    ledger.settle(Seq(104), true);
    let mut ledger = Ledger::read(&ledger.write().unwrap());
    assert!(ledger.is_of_another(8, 1) && !ledger.is_of_another(8, 0));
    ledger.forget_from(8);
    assert_eq!(ledger.known(8, 1), Known::No(Tried::default()));
}

#[test]
fn messages_beyond_the_times_that_are_kept_are_still_known_by_their_number() {
    let mut ledger = Ledger::default();
    let number = PUBLISHED as u64 + 100;
    for message in 1..=number {
        ledger.send(message, message.into(), Seq(message), 1);
        ledger.durable(message);
    }
    assert!((1..=number).all(|message| !ledger.is_of_another(message, message.into())));
    assert_eq!(ledger.known(1, 1), Known::Durable);
}

#[test]
fn a_ledger_without_times_is_read_and_one_with_them_by_those_who_know_none() {
    let ledger = of_the_run_before();
    let without = postcard::to_allocvec(&ledger).unwrap();
    let old = Ledger::read(&without);
    assert_eq!(old.known(200, 0), Known::Durable);
    assert!(!old.is_of_another(200, i128::MAX), "nothing tells");
    let before: Ledger = postcard::from_bytes(&ledger.write().unwrap()).unwrap();
    assert_eq!(before.durable, ledger.durable);
    assert_eq!(Ledger::read(b""), Ledger::default());
}
