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
