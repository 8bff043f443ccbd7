use super::*;

#[track_caller]
fn problems(text: &str) -> String {
    let (_, problems) = Config::parse(File::new("wirefold.toml", text), Path::new("."));
    problems.render(false)
}

#[test]
fn the_built_in_default_is_valid() {
    let config = Config::built_in();
    assert_eq!(config.sources.len(), 1);
    assert_eq!(config.sinks.len(), 1);
}

#[test]
fn every_problem_is_reported_at_once_with_its_place() {
    let text = "[log]\ndri = \"x\"\nretain = 5\n\n[[channel]]\nname = \"mideast\"\n\n\
                [[rule]]\nquery = \"gaza\"\nchannels = [\"mideats\"]\n";
    let report = problems(text);
    for expected in [
        "wirefold.toml:2:1",
        "did you mean `dir`?",
        "wirefold.toml:3:10",
        "unknown channel `mideats`",
        "wirefold.toml:10:13",
        "did you mean `mideast`?",
        "3 errors",
    ] {
        assert!(report.contains(expected), "no {expected:?} in:\n{report}");
    }
}

#[test]
fn a_file_that_is_read_at_its_end_cannot_be_followed() {
    let source = |format: &str| {
        format!(
            "[[source.file]]\nname = \"a\"\npath = \"wire\"\nfollow = true\nformat = \"{format}\"\n"
        )
    };
    let report = problems(&source("nitf"));
    assert!(report.contains("wirefold.toml:4:") && report.contains("never does"), "{report}");
    assert!(!problems(&source("anpa")).contains("never does"));
}

#[test]
fn two_sinks_in_one_file_are_refused_each_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("out"), "").unwrap();
    std::os::unix::fs::symlink("out", folder.path().join("link")).unwrap();
    let sinks = ["out", "./out", "new/../new/it", "link", "new/it", "other"];
    let text = sinks.iter().enumerate().map(|(number, path)| {
        format!(
            "[[sink.file]]\nname = \"{number}\"\npath = \"{path}\"\nchannels = [\"rejected\"]\n"
        )
    });
    let file = File::new("wirefold.toml", text.collect::<String>());
    let report = Config::parse(file, folder.path()).1.render(false);
    for line in [7, 15, 19] {
        assert!(report.contains(&format!("wirefold.toml:{line}:8")), "no {line} in:\n{report}");
    }
    assert!(report.contains("write to the file") && report.contains("in line 3"), "{report}");
    assert!(report.contains("3 errors"), "{report}");
}

#[test]
fn a_broken_line_is_reported_where_it_stands() {
    let report = problems("[log\ndir = \"x\"\n[fold]\nwindow = \n");
    assert!(report.contains("wirefold.toml:1:"), "{report}");
    assert!(report.contains("wirefold.toml:4:"), "{report}");
}

#[test]
fn positions_count_characters_not_bytes() {
    let file = File::new("f", "a = \"ü\" b");
    assert_eq!(file.position(9), (1, 9));
}

#[test]
fn a_feed_has_manners_by_default_and_its_other_keys_are_checked_too() {
    let text = "[[source.feed]]\nname = \"a\"\nurl = \"https://a.example/rss\"\n\
                [[source.feed]]\nname = \"b\"\nurl = \"ftp://a.example\"\nlanguage = \"klingon!\"\n\
                min_interval = \"1h\"\nmax_interval = \"5m\"\n";
    let report = problems(text);
    for expected in [
        "wirefold.toml:6:7",
        "http or https",
        "wirefold.toml:7:12",
        "wirefold.toml:9:16",
        "shorter than `min_interval`",
        "3 errors",
    ] {
        assert!(report.contains(expected), "no {expected:?} in:\n{report}");
    }
    let good = File::new("f", text.split("[[").nth(1).map(|first| format!("[[{first}")).unwrap());
    let config = Config::parse(good, Path::new(".")).0.unwrap();
    let SourceKind::Feed(feed) = &config.sources[0].kind else { panic!("it is a feed") };
    assert_eq!(config.sources[0].format, crate::format::Format::Feed);
    assert!(!feed.allow_private);
    assert_eq!(feed.backfill.as_secs(), 7_200);
}

#[test]
fn a_feed_and_a_webhook_say_what_is_wrong_with_their_logins() {
    let text = "[[source.feed]]\nname = \"a\"\nurl = \"https://desk:hidden@a.example/rss\"\n\
                [[source.feed]]\nname = \"b\"\nurl = \"https://b.example\"\nuser = \"desk\"\n\
                [[source.feed]]\nname = \"c\"\nurl = \"https://c.example\"\nuser = \"desk\"\n\
                password_env = \"P\"\ntoken_env = \"T\"\n\
                [[source.feed]]\nname = \"d\"\nurl = \"https://d.example\"\nuser = \"de:sk\"\n\
                password_env = \"P\"\n\
                [[channel]]\nname = \"a\"\n\
                [[sink.webhook]]\nname = \"e\"\nchannels = [\"a\"]\nurl = \"https://e.example\"\n\
                password_file = \"secret\"\n";
    let report = problems(text);
    for expected in [
        "wirefold.toml:3:7",
        "holds a user or a password",
        "wirefold.toml:4:1",
        "wirefold.toml:8:1",
        "a token stands in place of a user",
        "wirefold.toml:17:8",
        "wirefold.toml:21:1",
        "a user goes with a password",
        "5 errors",
    ] {
        assert!(report.contains(expected), "no {expected:?} in:\n{report}");
    }
    assert!(!report.contains("hidden"), "{report}");
    let feed = |url: &str| {
        let keys = "user = \"desk\"\npassword_env = \"P\"";
        problems(&format!("[[source.feed]]\nname = \"a\"\nurl = \"{url}\"\n{keys}\n"))
    };
    assert_eq!(feed("https://a.example") + &feed("http://127.0.0.1:80"), "");
    assert!(feed("http://a.example").contains("unencrypted"));
}

#[cfg(feature = "mail")]
#[test]
fn a_mail_address_has_its_domain_as_mail_servers_know_it() {
    let text = "[[channel]]\nname = \"a\"\n[[sink.mail]]\nname = \"d\"\nchannels = [\"a\"]\n\
                sender = \"wire@example.org\"\nto = [\"a@example.org\", \"Müller <desk@müller.example>\"]\n\
                every = \"1h\"\n";
    let report = problems(text);
    assert!(report.contains("write `desk@xn--mller-kva.example`"), "{report}");
    assert!(report.contains("wirefold.toml:7:") && report.contains("1 error"), "{report}");
}

#[test]
fn the_listener_is_off_until_it_is_asked_for_and_keeps_its_token_with_the_log() {
    let parse = |text: &str| Config::parse(File::new("f", text), Path::new("/desk")).0.unwrap();
    assert!(parse("").serve.is_none());
    let serve = parse("[log]\ndir = \"data\"\n[serve]\n").serve.unwrap();
    assert_eq!(serve.listen.to_string(), "127.0.0.1:8910");
    assert_eq!(serve.token_file, Path::new("/desk/data/api-token"));
    let serve = parse("[serve]\norigins = [\"https://Desk.example/\"]\n").serve.unwrap();
    assert_eq!(serve.origins, ["https://desk.example"]);
    assert!(problems("[serve]\nlisten = \"localhost\"\nrate = 0\n").contains("2 errors"));
}

#[test]
fn a_nats_source_says_what_is_wrong_with_its_server_and_its_secrets() {
    let text = "[[source.nats]]\nname = \"a\"\nurl = \"nats://desk:secret@10.0.0.1\"\n\
                stream = \"WIRE.A\"\nsubject = \"wire..a\"\n\
                token_file = \"t\"\ntoken_env = \"T\"\n";
    let report = problems(text);
    for expected in [
        "wirefold.toml:1:1",
        "holds a password",
        "wirefold.toml:4:10",
        "wirefold.toml:5:11",
        "wirefold.toml:7:13",
        "both given",
    ] {
        assert!(report.contains(expected), "no {expected:?} in:\n{report}");
    }
    assert!(!report.contains("secret"), "a password is not repeated:\n{report}");
    let hint = report.contains("cargo build --release --features nats");
    assert_eq!(hint, !cfg!(feature = "nats"), "{report}");
}

#[test]
#[cfg(feature = "nats")]
fn a_password_that_would_cross_the_network_in_the_clear_is_warned_of() {
    let text = |url: &str| {
        format!(
            "[[source.nats]]\nname = \"a\"\nurl = \"{url}\"\nstream = \"A\"\n\
             password_env = \"P\"\n"
        )
    };
    for safe in
        ["nats://u@127.0.0.1:4222", "nats://u@[::1]", "nats://u@localhost", "tls://u@a.example"]
    {
        assert_eq!(problems(&text(safe)), "", "{safe}");
    }
    assert!(problems(&text("nats://u@a.example")).contains("unencrypted"));
    assert!(problems(&text("tls://a.example")).contains("a user goes with a password"));
}

#[test]
fn a_webhook_that_cannot_work_is_told_all_at_once() {
    let text = "[[channel]]\nname = \"a\"\n\
                [[sink.webhook]]\nname = \"one\"\nchannels = [\"a\"]\ntemplate = \"slak\"\n\
                [[sink.webhook]]\nname = \"two\"\nchannels = [\"a\"]\nurl = \"https://a.example\"\n\
                url_env = \"A\"\nsecret_env = \"B\"\nsecret_file = \"b\"\ngive_up_attempts = 0\n\
                [[sink.webhook]]\nname = \"three\"\nchannels = [\"a\"]\nurl = \"https://a.example\"\n\
                template = \"telegram\"\nbatch = 11\ngive_up = \"soon\"\n";
    let report = problems(text);
    for expected in [
        "wirefold.toml:3:1",
        "has no `url`",
        "did you mean `slack`?",
        "wirefold.toml:10:7",
        "the address is given twice",
        "`secret_file` and `secret_env` are both given",
        "`give_up_attempts` must be at least 1",
        "for Telegram has no `chat`",
        "at most 10 deliveries",
        "; or `never`",
        "8 errors",
    ] {
        assert!(report.contains(expected), "no {expected:?} in:\n{report}");
    }
}

#[test]
fn a_webhook_gives_up_after_a_day_unless_it_is_told_not_to() {
    let of = |key: &str| {
        let text = format!(
            "[[channel]]\nname = \"a\"\n[[sink.webhook]]\nname = \"b\"\nchannels = [\"a\"]\n\
             url_env = \"HOOK\"\n{key}"
        );
        let (config, problems) = Config::parse(File::new("f", text), Path::new("."));
        config.unwrap_or_else(|| panic!("{problems}")).sinks.remove(0).give_up.after
    };
    assert_eq!(of(""), Some(std::time::Duration::from_secs(86_400)));
    assert_eq!(of("give_up = \"90m\""), Some(std::time::Duration::from_secs(5_400)));
    assert_eq!(of("give_up = \"never\""), None);
}

#[test]
fn a_report_shows_no_password_of_any_address_in_its_lines() {
    let text = "[[source.feed]]\nname = \"a\"\nurl = \"ftp://desk:hidden@example.org/a?b:c@d\"\n";
    let report = problems(text);
    assert!(report.contains("ftp://desk:******@example.org/a?b:c@d"), "{report}");
    let report = problems("[log]\ndri = \"http://example.org:80/x@y\"\n");
    assert!(report.contains("http://example.org:80/x@y"), "{report}");
}

#[track_caller]
fn reports(text: &str, expected: &[&str]) {
    let report = problems(text);
    for expected in expected {
        assert!(report.contains(expected), "no {expected:?} in:\n{report}");
    }
}

#[test]
fn a_rule_without_channels_has_its_query_read() {
    let (config, _) = Config::read(
        File::new("t.toml", "[[rule]]\nquery = \"gaza AND\"\nchanels = [\"a\"]\n"),
        Path::new("."),
        Files::default(),
    );
    assert_eq!(config.unwrap().rules[0].query.value, "gaza AND");
}

#[test]
fn an_empty_name_and_what_it_hides_are_reported_at_once() {
    reports(
        "[[channel]]\nname = \"\"\n[[sink.file]]\nname = \"\"\npath = \"out\"\nchannels = [\"a\"]\n\
         [[sink.webhook]]\nurl = \"desk.example.org\"\nchannels = [\"b\"]\n",
        &["toml:2:8", "toml:4:8", "`a`", "[[sink.webhook]] has no `name`", "is an address", "`b`"],
    );
    assert!(problems("[[channel]]\nname = \"\"\n").ends_with("1 error"));
}

#[test]
fn an_address_that_cannot_be_read_is_not_called_missing() {
    let report = problems(
        "[[channel]]\nname = \"a\"\n[[sink.webhook]]\nname = \"hook\"\n\
         url = \"desk.example.org/hook\"\nchannels = [\"a\"]\n",
    );
    assert!(report.contains("toml:5:7") && report.ends_with("1 error"), "{report}");
}

#[test]
fn the_log_is_kept_longer_than_the_window() {
    reports(
        "[log]\nretain = \"96h\"\n",
        &["toml:2:10", "`retain` (4d) is not longer than `window` (4d)"],
    );
    reports("[fold]\nwindow = \"31d\"\n", &["toml:2:10", "`retain` (30d)"]);
    assert_eq!(problems("[log]\nretain = \"97h\"\n"), "");
}

#[test]
fn numbers_that_cannot_be_had_are_refused_and_not_changed() {
    let source = |key: &str| format!("[[source.stdin]]\nname = \"a\"\n{key}\n");
    reports(&source("max_record = \"1GiB\""), &["toml:3:14", "is at most 64MiB, not 1GiB"]);
    reports(&source("max_record = \"1B\""), &["is at least 1KiB, not 1B"]);
    reports(
        "[[sink.file]]\nname = \"a\"\npath = \"o\"\nchannels = [\"rejected\"]\nrotate_size = \"0B\"\n",
        &["toml:5:15", "`rotate_size` is at least 1KiB"],
    );
    reports("[fold]\nmax_items = 0\n", &["`max_items` is at least 1"]);
    reports("[serve]\nconnections = 1\n", &["`connections` is at least 2"]);
    reports("[[publisher]]\nname = \"A\"\nrank = 0\n", &["toml:3:8", "`rank` begins with 1"]);
}

#[test]
fn what_only_one_can_have_is_given_once() {
    reports(
        "[[source.directory]]\nname = \"a\"\npath = \"in\"\n\
         [[source.directory]]\nname = \"b\"\npath = \"./in\"\n",
        &["toml:5:8", "`a` reads the directory of this source already"],
    );
    let tcp = |name: &str, port: u16| {
        format!("[[source.tcp]]\nname = \"{name}\"\nlisten = \"127.0.0.1:{port}\"\n")
    };
    let two = tcp("a", 9_000) + &tcp("b", 9_000);
    reports(&two, &["toml:5:8", "`a` listens on port 9000 already"]);
    reports(&("[serve]\n".to_owned() + &tcp("a", 8_910)), &["[serve] listens on port 8910"]);
    assert_eq!(problems(&(tcp("a", 0) + &tcp("b", 0) + &tcp("c", 9_001))), "");
    let publishers = "[[publisher]]\nname = \"Norland Press\"\naliases = [\"norland press\", \"NP\"]\n\
                      [[publisher]]\nname = \"National Post\"\naliases = [\"np\"]\n";
    reports(publishers, &["toml:6:12", "another publisher goes by `np`", "in line 2", "1 error"]);
    let editions = publishers.replace("name = ", "family = \"np\"\nname = ");
    assert_eq!(problems(&editions), "", "editions of one house may share an alias");
}

/// Every reader tells with an unknown key which ones it knows.
#[test]
fn the_commented_configuration_has_every_key() {
    let tables = [
        "[log]",
        "[fold]",
        "[[publisher]]",
        "[serve]",
        "[[serve.token]]",
        "[[channel]]",
        "[[rule]]",
        "[rules]",
        "[[test]]",
        "[[source.stdin]]",
        "[[source.file]]",
        "[[source.directory]]",
        "[[source.feed]]",
        "[[source.tcp]]",
        "[[source.nats]]",
        "[[sink.stdout]]",
        "[[sink.file]]",
        "[[sink.webhook]]",
        "[[sink.nats]]",
        "[[sink.redis]]",
        "[[sink.postgres]]",
        "[[sink.mail]]",
    ];
    let inner = "[[rule]]\nset = { qqq = 1 }\nschedule = { qqq = 1 }\n\
                 [[test]]\nitems = [{ qqq = 1, expect = { qqq = 1 } }]\nlater = [{ qqq = 1 }]\n";
    let text: String = tables.iter().map(|table| format!("{table}\nqqq = 1\n")).collect();
    let example = include_str!("../../config/wirefold.toml");
    for text in [format!("qqq = 1\n{text}"), inner.to_owned()] {
        let report = problems(&text);
        let known = report.lines().filter_map(|line| line.split_once("known keys: "));
        let keys = known.flat_map(|(_, keys)| keys.split(", ")).map(|key| key.trim_matches('`'));
        for key in keys {
            let mut words = example.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            assert!(words.any(|word| word == key), "config/wirefold.toml has no `{key}`");
        }
        assert!(report.contains("known keys"), "{report}");
    }
}

#[test]
fn origins_and_lists_with_what_they_do_not_know_are_refused() {
    reports("[serve]\norigins = [\"desk.example.org\"]\n", &["toml:2:12", "`https://desk."]);
    assert_eq!(problems("[serve]\norigins = [\"https://desk.example.org\"]\n"), "");
    reports("[list]\na = { file = \"no\", stem = false }\n", &["toml:2:20", "no key `stem`"]);
}

#[test]
fn what_a_test_cannot_mean_is_refused() {
    let test = |item: &str, later: &str| {
        format!(
            "[[test]]\nname = \"t\"\nitems = [{{ headline = \"x\", {item} }}]\nlater = [{later}]\n"
        )
    };
    let later = |items: &str| {
        format!("{{ at = \"2026-01-01T00:00:00Z\", channel = \"unrouted\", items = {items} }}")
    };
    assert_eq!(problems(&test("urgency = 9", &later("[0]"))), "", "and on a reserved channel");
    reports(&test("urgency = 12", ""), &["`urgency` is at most 9, not 12"]);
    reports(&test("pubstatus = \"witheld\"", ""), &["cannot be `witheld`", "`withheld`"]);
    reports(&test("language = \"klingonish\"", ""), &["`klingonish` is not a language code"]);
    reports(&test("expect = { of = 7 }", ""), &["there is no item 7", "none before it"]);
    reports(&test("", &later("[9]")), &["there is no item 9", "counted from 0"]);
}
