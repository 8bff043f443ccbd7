//! A desk that delivers everything that is put into its spool to one sink.

#[cfg(any(feature = "nats", feature = "redis", feature = "postgres"))]
use crate::support::{Chance, Daemon};
use crate::support::{Desk, unlike_any_other};

/// A desk with one channel, `all`, and the sink that `sink` configures.
pub(crate) fn desk(sink: &str) -> Desk {
    let desk = Desk::with(&format!(
        r#"
[log]
dir = "data"

[[source.directory]]
name = "drop"
path = "spool"
format = "ndjson"
settle = "0s"
every = "10ms"

[[channel]]
name = "all"

[[rule]]
name = "everything"
query = "*"
channels = ["all"]

{sink}
"#
    ));
    desk.write("spool/.keep", "");
    desk
}

/// Puts items into the spool, as one file.
pub(crate) fn put(desk: &Desk, numbers: std::ops::Range<u64>) {
    let item = |number| {
        format!("{{\"uri\":\"item:{number}\",\"headline\":\"{}\"}}\n", unlike_any_other(number))
    };
    let name = format!("{:06}.ndjson", numbers.start);
    let aside = desk.write(&name, &numbers.map(item).collect::<String>());
    std::fs::rename(aside, desk.path(&format!("spool/{name}"))).unwrap();
}

/// Puts items in while the daemon is killed again and again, a receiver is taken away in the middle
/// and given back. Returns how many, with a daemon that goes on.
#[cfg(any(feature = "nats", feature = "redis", feature = "postgres"))]
pub(crate) fn torment<R>(
    desk: &Desk,
    receiver: &mut R,
    take_away: impl Fn(&mut R),
    give_back: impl Fn(&mut R),
) -> (u64, Daemon) {
    const FILES: u64 = 4;
    const A_FILE: u64 = 25;
    let cycles = crate::kill::cycles();
    let mut chance = Chance(20_261_127);
    let mut number = 0;
    for cycle in 0..cycles {
        if cycle % 4 == 1 {
            take_away(receiver);
        }
        let before = desk.list("spool/done").len();
        let mut daemon = desk.daemon();
        for _ in 0..FILES {
            put(desk, number..number + A_FILE);
            number += A_FILE;
        }
        // Some are killed before they have read anything, most in the middle.
        if chance.below(4) > 0 {
            daemon.until("it is under way", || desk.list("spool/done").len() > before);
        }
        std::thread::sleep(std::time::Duration::from_millis(chance.below(80)));
        daemon.kill();
        if cycle % 4 == 3 {
            give_back(receiver);
        }
    }
    give_back(receiver);
    (number, desk.daemon())
}
