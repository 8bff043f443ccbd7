//! A wall clock that is set back and forward while the daemon runs.

use std::net::SocketAddr;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::machine::Machine;
use crate::push::{headers, item, ready};
use crate::receiver::{Manner, Receiver};
use crate::support::{Desk, unlike_any_other};
use crate::web::{ask, free_port};

fn config(listen: SocketAddr, hook: SocketAddr) -> String {
    let sink = |name: &str| {
        format!(
            "[[sink.file]]\nname = \"{name}\"\npath = \"{name}.ndjson\"\nchannels = [\"{name}\"]\n"
        )
    };
    format!(
        r#"
[log]
dir = "data"
retain = "13h"

[fold]
window = "12h"

[serve]
listen = "{listen}"

[[channel]]
name = "all"

[[channel]]
name = "night"
quiet = "22:00-06:30"

[[channel]]
name = "patient"
min_publishers = 2
deadline = "20m"

[[channel]]
name = "office"

[[rule]]
name = "everything"
query = "*"
channels = ["all", "night", "patient"]

[[rule]]
name = "by day"
query = "*"
channels = ["office"]
schedule = {{ hours = "08:00-22:00" }}

{}{}{}{}
[[sink.webhook]]
name = "hook"
channels = ["all"]
url = "http://{hook}/wire"
allow_private = true
give_up = "never"
"#,
        sink("all"),
        sink("night"),
        sink("patient"),
        sink("office"),
    )
}

/// Sets the daemon's clock to a time.
fn setter(machine: &Machine) -> impl Fn(Timestamp) {
    #[expect(clippy::disallowed_methods, reason = "what the clock is set from")]
    let real = Timestamp::now();
    move |at| machine.set("clock", at.duration_since(real).as_secs())
}

/// Headlines of the lines of a file, those of a digest one by one.
fn headlines(desk: &Desk, file: &str) -> Vec<String> {
    let lines = desk.records_so_far(file);
    let headline = |story: &Value| story["headline"].as_str().unwrap().to_owned();
    let each = |line: &Value| match line["stories"].as_array() {
        Some(stories) => stories.iter().map(headline).collect(),
        None => vec![headline(line)],
    };
    lines.iter().flat_map(each).collect()
}

#[test]
fn an_embargo_holds_though_the_clock_was_set_back_behind_the_records() {
    let (listen, hook) = (free_port(), free_port());
    let desk = Desk::with(&config(listen, hook));
    let Some(machine) = Machine::of(&desk) else { return };
    let set = setter(&machine);
    let evening: Timestamp = "2031-03-04T21:50:00Z".parse().unwrap();
    let push = |body: &str| {
        let answer = ask(listen, "POST", "/v1/items", &headers(&desk), body);
        assert_eq!(answer.unwrap().0, 202);
    };
    set(evening);
    let mut daemon = machine.daemon(&desk);
    daemon.until("it is ready", || ready(listen));
    push(&item(0));
    set(evening - SignedDuration::from_hours(3));
    let end = evening - SignedDuration::from_mins(90);
    push(&format!("{{\"headline\":\"{}\",\"embargoed\":\"{end}\"}}", unlike_any_other(1)));
    push(&item(2));
    daemon.until("what is free is delivered", || headlines(&desk, "all.ndjson").len() == 2);
    let free = [0, 2].map(unlike_any_other);
    assert_eq!(headlines(&desk, "all.ndjson"), free, "it has not ended");
    daemon.kill();
    let mut daemon = machine.daemon(&desk);
    daemon.until("it is ready", || ready(listen));
    push(&item(3));
    daemon.until("the next is delivered", || headlines(&desk, "all.ndjson").len() == 3);
    assert_eq!(headlines(&desk, "all.ndjson")[2], unlike_any_other(3), "nor has it after a kill");
    set(evening + SignedDuration::from_hours(1));
    // It is looked for once a minute, and with every item.
    push(&item(4));
    daemon.until("it is released", || headlines(&desk, "all.ndjson").len() == 5);
    daemon.stop();
    assert!(headlines(&desk, "all.ndjson").contains(&unlike_any_other(1)));
}

#[test]
fn a_clock_that_jumps_keeps_the_order_and_loses_nothing() {
    let (listen, hook) = (free_port(), free_port());
    let desk = Desk::with(&config(listen, hook));
    let Some(machine) = Machine::of(&desk) else { return };
    let set = setter(&machine);
    let evening: Timestamp = "2031-03-04T21:50:00Z".parse().unwrap();
    let push = |number| {
        let answer = ask(listen, "POST", "/v1/items", &headers(&desk), &item(number));
        assert_eq!(answer.unwrap().0, 202);
    };
    let hours = SignedDuration::from_hours;
    let expected = |numbers: &[u64]| numbers.iter().copied().map(unlike_any_other).collect();
    let expected = |numbers: &[u64]| -> Vec<String> { expected(numbers) };

    set(evening);
    let mut daemon = machine.daemon(&desk);
    daemon.until("it is ready", || ready(listen));
    push(0);
    // Back by an hour: the records' time stands still, and no channel waits for anything.
    set(evening - hours(1));
    push(1);
    daemon.until("both are delivered", || headlines(&desk, "night.ndjson").len() == 2);
    // Into the quiet hours.
    set(evening + SignedDuration::from_mins(70));
    push(2);
    daemon.until("it is delivered", || headlines(&desk, "all.ndjson").len() == 3);
    assert_eq!(headlines(&desk, "night.ndjson"), expected(&[0, 1]), "the night is quiet");
    assert_eq!(headlines(&desk, "office.ndjson"), expected(&[0, 1]), "the office is closed");
    // Forward by a day: what fell due meanwhile is delivered, once.
    set(evening + hours(24));
    push(3);
    daemon.until("what was held is delivered", || {
        headlines(&desk, "night.ndjson").len() == 4
            && headlines(&desk, "patient.ndjson").len() == 3
            && headlines(&desk, "office.ndjson").len() == 4
    });
    // Back by a day, and killed.
    set(evening);
    push(4);
    daemon.kill();
    let mut daemon = machine.daemon(&desk);
    daemon.until("it is ready", || ready(listen));
    push(5);
    // Nothing of it has a sink lost that was away all the time, though it is older than `retain`.
    let receiver = Receiver::on(hook, |_, _| Manner::Take);
    daemon.until("the webhook has all", || receiver.deliveries().len() >= 6);
    daemon.until("the file has all", || headlines(&desk, "all.ndjson").len() == 6);

    // With the clock where the records are, what is still held has its turn.
    set(evening + hours(25));
    push(6);
    daemon.until("the deadlines have passed", || headlines(&desk, "patient.ndjson").len() == 6);
    daemon.stop();

    let all = expected(&[0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(headlines(&desk, "all.ndjson"), all, "each once, in the order of their pushes");
    assert_eq!(headlines(&desk, "patient.ndjson"), expected(&[0, 1, 2, 3, 4, 5]));
    assert_eq!(headlines(&desk, "night.ndjson"), expected(&[0, 1, 2, 3, 4, 5]));
    assert_eq!(headlines(&desk, "office.ndjson"), expected(&[0, 1, 2, 3, 4, 5]));
    let mut hooked: Vec<_> = receiver.deliveries().into_iter().collect();
    hooked.dedup();
    let hooked: Vec<_> = hooked.into_iter().map(|(_, headline)| headline).collect();
    assert_eq!(hooked, all);
    let lines = desk.records("all.ndjson");
    let received: Vec<Timestamp> =
        lines.iter().map(|line| line["received"].as_str().unwrap().parse().unwrap()).collect();
    assert!(received.is_sorted(), "{received:?}");
    // The records' time stood still while the clock was behind, and never jumped on by itself.
    let hours = |at: &Timestamp| (at.duration_since(evening).as_secs() + 600) / 3_600;
    let jumps: Vec<_> = received.iter().map(hours).collect();
    assert_eq!(jumps, [0, 0, 1, 24, 24, 24, 25]);
}
