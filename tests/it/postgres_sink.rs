//! PostgreSQL as a sink: every delivery a row, once, whoever goes down.

use tokio::runtime::Runtime;
use tokio_postgres::NoTls;

use crate::delivery::{desk, put, torment};
use crate::server::{Kind, Server};
use crate::support::{Chance, Desk, unlike_any_other};

fn desk_for(server: &Server, more: &str) -> Desk {
    desk_at(&format!("postgres@{}/postgres", server.address), more)
}

fn desk_at(place: &str, more: &str) -> Desk {
    desk(&format!(
        "[[sink.postgres]]\nname = \"base\"\nchannels = [\"all\", \"rejected\"]\n\
         url = \"postgres://{place}\"\n{more}"
    ))
}

/// The rows of a question, each as one text; `None` while it cannot be asked.
fn ask(server: &Server, question: &str) -> Option<Vec<String>> {
    ask_at(&format!("postgres@{}/postgres", server.address), question)
}

fn ask_at(place: &str, question: &str) -> Option<Vec<String>> {
    let runtime: Runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("postgres://{place}");
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.ok()?;
        tokio::spawn(connection);
        let rows = client.query(question, &[]).await.ok()?;
        Some(rows.iter().map(|row| row.get(0)).collect())
    })
}

/// Has the superuser do something.
#[track_caller]
fn order(server: &Server, command: &str) {
    assert!(ask(server, command).is_some(), "{command}");
}

fn deliveries(server: &Server) -> u64 {
    let count = ask(server, "SELECT count(*)::text FROM wirefold.deliveries");
    count.map_or(0, |count| count[0].parse().unwrap())
}

#[test]
fn every_item_is_a_row_once_though_daemon_and_server_are_killed() {
    let Some(mut server) = Server::start(Kind::Postgres) else { return };
    let desk = desk_for(&server, "create_tables = true\n");
    let (number, mut daemon) = torment(&desk, &mut server, Server::stop, Server::start_again);
    daemon.until("all is there", || deliveries(&server) >= number);
    daemon.stop();
    let mut found = ask(&server, "SELECT json->>'headline' FROM wirefold.deliveries").unwrap();
    let mut expected: Vec<_> = (0..number).map(unlike_any_other).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "an item was lost or is there twice");
    let items = ask(
        &server,
        "SELECT count(*)::text FROM wirefold.items JOIN wirefold.stories USING (story)",
    );
    assert_eq!(items.unwrap(), [number.to_string()]);
}

#[test]
fn a_story_is_kept_as_it_is_now_and_what_could_not_be_read_is_there_too() {
    let Some(server) = Server::start(Kind::Postgres) else { return };
    let desk = desk_for(&server, "create_tables = true\n");
    let mut daemon = desk.daemon();
    // The character that PostgreSQL cannot store does not hold anything up, nor does the year.
    let first = "{\"uri\":\"a\",\"version\":1,\"versioncreated\":\"0000-01-01T00:00:00Z\",\
                 \"headline\":\"Ferry runs aground\\u0000 off Norland\"}";
    desk.write("spool/1.ndjson", &format!("{first}\n{{broken\n"));
    daemon.until("the first is there", || deliveries(&server) == 1);
    let second =
        "{\"uri\":\"a\",\"version\":2,\"headline\":\"Ferry runs aground off Norland, 12 hurt\"}";
    desk.write("spool/2.ndjson", second);
    put(&desk, 0..1);
    daemon.until("all is there", || {
        ask(&server, "SELECT count(*)::text FROM wirefold.stories").unwrap() == ["2"]
    });
    daemon.stop();
    let rejected = ask(&server, "SELECT reason FROM wirefold.rejected").unwrap();
    assert!(rejected.len() == 1 && rejected[0].contains("JSON"), "{rejected:?}");
    let headline = ask(
        &server,
        "SELECT headline FROM wirefold.stories WHERE headline LIKE 'Ferry%' ORDER BY position",
    );
    let delivered = deliveries(&server);
    let headline = headline.unwrap();
    assert_eq!(headline.len(), 1);
    assert!(delivered >= 2 && headline[0].starts_with("Ferry runs aground"), "{headline:?}");
}

#[test]
fn tables_of_another_log_are_left_as_they_are_though_no_place_of_them_is_taken() {
    let Some(server) = Server::start(Kind::Postgres) else { return };
    let desk = desk_for(&server, "create_tables = true\n");
    let mut daemon = desk.daemon();
    put(&desk, 0..20);
    daemon.until("all is there", || deliveries(&server) == 20);
    daemon.stop();
    let removed = "WITH gone AS (DELETE FROM wirefold.deliveries WHERE position < 12 RETURNING 1) \
                   SELECT count(*)::text FROM gone";
    assert_eq!(ask(&server, removed).unwrap(), ["10"]);
    std::fs::remove_dir_all(desk.path("data")).unwrap();
    put(&desk, 90..91);
    let mut daemon = desk.daemon();
    daemon.until("it notices the other log", || {
        desk.read("daemon.log").contains("holds deliveries of another log")
    });
    daemon.stop();
    assert_eq!(deliveries(&server), 10);
}

#[test]
fn the_items_of_a_story_that_was_merged_follow_it() {
    let Some(server) = Server::start(Kind::Postgres) else { return };
    let desk = desk_for(&server, "create_tables = true\n");
    let config = desk.read("wirefold.toml");
    let channel = "[[channel]]\nname = \"all\"\n";
    let all = format!("{channel}repeats = \"developments\"\n");
    desk.write("wirefold.toml", &config.replace(channel, &all));
    let mut daemon = desk.daemon();
    let headlines = [
        "Ferry runs aground off Sandvik",
        "Coastguard helicopters lift forty passengers from rocks",
        "Coastguard helicopters lift forty passengers as ferry runs aground off Sandvik rocks",
    ];
    for (n, headline) in (1..).zip(headlines) {
        desk.write(&format!("spool/{n}.ndjson"), &format!("{{\"headline\":\"{headline}\"}}"));
        daemon.until("it is there", || deliveries(&server) == n);
    }
    daemon.stop();
    let stories = ask(&server, "SELECT DISTINCT story FROM wirefold.items").unwrap();
    let told = ask(&server, "SELECT story || ' ' || items FROM wirefold.stories").unwrap();
    assert_eq!((stories, told), (vec!["s1".to_owned()], vec!["s1 3".to_owned()]));
}

#[test]
fn a_story_has_the_headline_of_those_who_stand_by_it_when_one_withdraws() {
    let Some(server) = Server::start(Kind::Postgres) else { return };
    let desk = desk_for(&server, "create_tables = true\n");
    let config = desk.read("wirefold.toml");
    let channel = "[[channel]]\nname = \"all\"\n";
    let all = format!("{channel}repeats = \"all\"\n");
    let config = config
        .replace(channel, &all)
        .replace("path = \"spool\"", "path = \"spool\"\nlifecycle = true");
    desk.write("wirefold.toml", &config);
    let mut daemon = desk.daemon();
    let told = [
        ("Alpha", "a1", "Prime minister Andersen resigns after vote", "usable"),
        ("Gamma", "c1", "Prime minister Andersen resigns after vote is lost", "usable"),
        ("Beta", "b1", "Prime minister Andersen resigns after vote, 31 killed", "usable"),
        ("Gamma", "c1", "Prime minister Andersen resigns after vote is lost", "canceled"),
        ("Beta", "b1", "Prime minister Andersen resigns after vote, 31 killed", "canceled"),
    ];
    for (n, (provider, uri, headline, status)) in (1..).zip(told) {
        let item = format!(
            "{{\"headline\":\"{headline}\",\"provider\":\"{provider}\",\"uri\":\"k:{uri}\",\
              \"link\":\"https://{uri}.example/pm\",\"pubstatus\":\"{status}\"}}"
        );
        desk.write(&format!("spool/{n}.ndjson"), &item);
        daemon.until("it is there", || deliveries(&server) == n);
    }
    daemon.stop();
    let story = "SELECT headline || ' ' || link || ' ' || killed FROM wirefold.stories";
    let expected = "Prime minister Andersen resigns after vote https://a1.example/pm false";
    assert_eq!(ask(&server, story).unwrap(), [expected]);
}

/// A desk whose agencies withdraw under another name than the one that they told it under.
fn desk_of_families(place: &str, more: &str) -> Desk {
    let desk = desk_at(place, more);
    let config = desk.read("wirefold.toml");
    let channel = "[[channel]]\nname = \"all\"\n";
    let all = format!(
        "[[publisher]]\nname = \"Beta\"\naliases = [\"Beta Newswire\"]\n{channel}repeats = \"all\"\n"
    );
    let config = config
        .replace(channel, &all)
        .replace("path = \"spool\"", "path = \"spool\"\nlifecycle = true");
    desk.write("wirefold.toml", &config);
    desk
}

/// Alpha and Beta tell a story, and Beta withdraws it as an alias of its own says. What is told of it then.
fn withdrawn_under_an_alias(server: &Server, desk: &Desk) -> Vec<String> {
    let mut daemon = desk.daemon();
    let pm = "Prime minister Andersen resigns after vote";
    let told = [
        format!("\"headline\":\"{pm}\",\"provider\":\"Alpha\",\"uri\":\"a:1\""),
        format!("\"headline\":\"{pm}, 31 killed\",\"provider\":\"Beta\",\"uri\":\"b:1\""),
        format!("\"headline\":\"{pm}, police say\",\"provider\":\"Beta\",\"uri\":\"b:2\""),
        format!(
            "\"headline\":\"KILL: {pm}, 31 killed\",\"provider\":\"Beta Newswire\",\"uri\":\"b:3\""
        ),
    ];
    for (n, item) in (1..).zip(told) {
        let name = format!("{n}.ndjson");
        let aside = desk.write(&name, &format!("{{{item}}}"));
        std::fs::rename(aside, desk.path(&format!("spool/{name}"))).unwrap();
        daemon.until("it is there", || deliveries(server) == n);
    }
    daemon.stop();
    let story = "SELECT headline || ' ' || publishers || ' ' || killed FROM wirefold.stories";
    ask(server, story).unwrap()
}

const STANDS: &str = "Prime minister Andersen resigns after vote 1 false";
const WITHDRAWN: &str = "Prime minister Andersen resigns after vote, police say 1 false";

#[test]
fn what_a_publisher_withdraws_under_an_alias_does_not_stand_in_tables_old_or_new() {
    for age in ["new", "of an earlier version"] {
        let Some(server) = Server::start(Kind::Postgres) else { return };
        let place = format!("postgres@{}/postgres", server.address);
        let desk = desk_of_families(&place, "create_tables = true\n");
        if age != "new" {
            make_without_families(&server, &place);
        }
        assert_eq!(withdrawn_under_an_alias(&server, &desk), [STANDS], "{age}");
    }
}

/// Tables as they were before December 2026.
fn make_without_families(server: &Server, place: &str) {
    let desk = desk_at(place, "create_tables = true\n");
    put(&desk, 0..1);
    let mut daemon = desk.daemon();
    daemon.until("they are there", || deliveries(server) == 1);
    daemon.stop();
    order(server, "ALTER TABLE wirefold.items DROP COLUMN family");
    for table in ["stories", "items", "deliveries"] {
        order(server, &format!("DELETE FROM wirefold.{table}"));
    }
}

#[test]
fn who_may_not_change_the_tables_goes_on_with_them_as_before_and_says_so_once() {
    let Some(server) = Server::start(Kind::Postgres) else { return };
    make_without_families(&server, &format!("postgres@{}/postgres", server.address));
    order(&server, "CREATE ROLE writer LOGIN");
    order(&server, "GRANT USAGE ON SCHEMA wirefold TO writer");
    order(
        &server,
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA wirefold TO writer",
    );
    let desk =
        desk_of_families(&format!("writer@{}/postgres", server.address), "create_tables = true\n");
    assert_eq!(withdrawn_under_an_alias(&server, &desk), [WITHDRAWN]);
    assert_eq!(desk.read("daemon.log").matches("ADD COLUMN family bigint").count(), 1);
}

#[test]
fn a_column_that_cannot_be_added_while_somebody_reads_is_added_with_a_later_batch() {
    let Some(server) = Server::start(Kind::Postgres) else { return };
    let place = format!("postgres@{}/postgres", server.address);
    make_without_families(&server, &place);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let reader = runtime.block_on(async {
        let url = format!("postgres://{place}");
        let (reader, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let lock = "BEGIN; LOCK TABLE wirefold.items IN ACCESS SHARE MODE";
        reader.batch_execute(lock).await.unwrap();
        reader
    });
    let desk = desk_at(&place, "create_tables = true\n");
    put(&desk, 0..1);
    let mut daemon = desk.daemon();
    daemon.until("it goes on without", || deliveries(&server) == 1);
    runtime.block_on(reader.batch_execute("ROLLBACK")).unwrap();
    put(&desk, 1..2);
    daemon.until("the second is there", || deliveries(&server) == 2);
    daemon.stop();
    let columns = "SELECT count(*)::text FROM information_schema.columns \
                   WHERE table_schema = 'wirefold' AND table_name = 'items' AND column_name = 'family'";
    assert_eq!(ask(&server, columns).unwrap(), ["1"]);
    assert_eq!(desk.read("daemon.log").matches("every batch tries again").count(), 1);
}

#[test]
fn what_a_channel_leaves_out_is_counted_in_a_row() {
    let Some(server) = Server::start(Kind::Postgres) else { return };
    let desk = desk_for(&server, "create_tables = true\n");
    let config = desk.read("wirefold.toml");
    let channel = "[[channel]]\nname = \"all\"\n";
    let narrow = format!("{channel}rate = \"1/1s\"\noverflow = \"drop\"\n");
    desk.write("wirefold.toml", &config.replace(channel, &narrow));
    put(&desk, 0..200);
    let mut daemon = desk.daemon();
    let left_out = "SELECT coalesce(sum(CASE part WHEN -1 THEN (json->>'left_out')::int ELSE 1 END), 0)::text \
                    FROM wirefold.deliveries";
    daemon.until("all is told or counted", || {
        ask(&server, left_out).is_some_and(|sum| sum == ["200"])
    });
    daemon.stop();
    let digests = "SELECT verdict || ' ' || item || ' ' || (json->>'type') FROM wirefold.deliveries \
                   WHERE part = -1 LIMIT 1";
    assert_eq!(ask(&server, digests).unwrap(), ["Digest 0 digest"]);
}

#[test]
fn tables_that_are_not_there_are_said_and_waited_for() {
    let Some(server) = Server::start(Kind::Postgres) else { return };
    let desk = desk_for(&server, "");
    put(&desk, 0..1);
    let mut daemon = desk.daemon();
    daemon.until("it says so", || desk.read("daemon.log").contains("set `create_tables = true`"));
    daemon.stop();
    desk.write(
        "wirefold.toml",
        &desk
            .read("wirefold.toml")
            .replace("name = \"base\"", "name = \"base\"\ncreate_tables = true"),
    );
    let mut daemon = desk.daemon();
    daemon.until("it is there", || deliveries(&server) == 1);
    daemon.stop();
}

#[test]
fn a_row_that_can_never_be_stored_becomes_a_dead_letter_and_its_neighbours_are_stored() {
    let Some(server) = Server::start(Kind::Postgres) else { return };
    let desk = desk_for(&server, "create_tables = true\n");
    let mut daemon = desk.daemon();
    put(&desk, 0..1);
    daemon.until("the tables are there", || deliveries(&server) == 1);
    order(&server, "CREATE INDEX ON wirefold.items (uri)");
    order(&server, "ALTER TABLE wirefold.items ADD CHECK (headline NOT LIKE 'Forbidden%')");
    let mut chance = Chance(7);
    let long: String = (0..9_000).map(|_| char::from(b'a' + chance.below(26) as u8)).collect();
    let mut items = String::new();
    for number in 1..10 {
        let (uri, headline) = (format!("item:{number}"), unlike_any_other(number));
        items += &match number {
            3 => format!("{{\"uri\":\"{long}\",\"headline\":\"{headline}\"}}\n"),
            6 => format!("{{\"uri\":\"{uri}\",\"headline\":\"Forbidden {headline}\"}}\n"),
            _ => format!("{{\"uri\":\"{uri}\",\"headline\":\"{headline}\"}}\n"),
        };
    }
    let aside = desk.write("more.ndjson", &items);
    std::fs::rename(aside, desk.path("spool/more.ndjson")).unwrap();
    daemon.until("the others are there", || deliveries(&server) == 8);
    daemon.stop();
    let log = desk.read("daemon.log");
    assert_eq!(log.matches("now a dead letter").count(), 2, "{log}");
    assert!(log.contains("index row") && log.contains("check constraint"), "{log}");
}

#[test]
fn tables_that_are_there_need_nobody_who_may_make_them() {
    let Some(server) = Server::start(Kind::Postgres) else { return };
    let made = desk_for(&server, "create_tables = true\n");
    put(&made, 0..1);
    let mut daemon = made.daemon();
    daemon.until("the tables are there", || deliveries(&server) == 1);
    daemon.stop();
    order(&server, "TRUNCATE wirefold.items, wirefold.deliveries");
    order(&server, "CREATE ROLE clerk LOGIN");
    order(&server, "GRANT USAGE ON SCHEMA wirefold TO clerk");
    order(&server, "GRANT ALL ON ALL TABLES IN SCHEMA wirefold TO clerk");
    order(&server, "CREATE SCHEMA own AUTHORIZATION clerk");
    let place = format!("clerk@{}/postgres", server.address);
    let desk = desk_at(&place, "create_tables = true\n");
    put(&desk, 0..1);
    let mut daemon = desk.daemon();
    daemon.until("it is there", || deliveries(&server) == 1);
    daemon.stop();
    // Nor does a schema of one's own take the right to make schemas.
    let desk = desk_at(&place, "create_tables = true\nschema = \"own\"\n");
    put(&desk, 0..1);
    let mut daemon = desk.daemon();
    let count = "SELECT count(*)::text FROM own.deliveries";
    daemon.until("it is there", || ask(&server, count).is_some_and(|count| count == ["1"]));
    order(&server, "ALTER TABLE own.items DROP COLUMN byline");
    put(&desk, 1..2);
    daemon.until("it says so", || desk.read("daemon.log").contains("add the column"));
    order(&server, "ALTER TABLE own.items ADD COLUMN byline text");
    daemon.until("it is there", || ask(&server, count).is_some_and(|count| count == ["2"]));
    daemon.stop();
}

#[test]
fn what_a_database_cannot_hold_is_said_at_once_and_a_socket_is_not_encrypted() {
    let Some(server) = Server::start(Kind::Postgres) else { return };
    order(
        &server,
        "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    );
    let place = format!("postgres@{}/latin", server.socket());
    let desk = desk_at(&place, "create_tables = true\n");
    desk.write("spool/1.ndjson", "{\"headline\":\"Ferry fares rise by 3 €\"}\n");
    let mut daemon = desk.daemon();
    daemon.until("it is a dead letter", || desk.read("daemon.log").contains("now a dead letter"));
    put(&desk, 0..1);
    let count = "SELECT count(*)::text FROM wirefold.deliveries";
    daemon.until("the next is there", || ask_at(&place, count).is_some_and(|n| n == ["1"]));
    daemon.stop();
    let log = desk.read("daemon.log");
    assert_eq!(log.matches("keeps text in LATIN1").count(), 1, "{log}");
}
