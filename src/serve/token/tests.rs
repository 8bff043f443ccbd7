use std::fs;
use std::path::PathBuf;

use super::*;

/// `[serve]` with the token file `file`, and what else `text` says.
fn config(file: &Path, text: &str) -> ServeConfig {
    let text = format!("[serve]\ntoken_file = \"{}\"\n{text}", file.display());
    let file = crate::config::File::new("t.toml", text);
    let (config, problems) = crate::config::Config::parse(file, Path::new("/nowhere"));
    config.and_then(|config| config.serve).unwrap_or_else(|| panic!("{problems}"))
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secrets/token");
    (folder, file)
}

fn name_of(tokens: &Tokens, token: &str) -> Option<String> {
    tokens.grant(token).map(|grant| grant.name.to_string())
}

#[test]
fn a_token_is_made_once_for_its_owner_alone() {
    let (_folder, file) = folder();
    let made = Tokens::load(&config(&file, "")).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let token = text.trim().strip_prefix("push ").unwrap();
    assert_eq!(token.len(), 64);
    assert_eq!(name_of(&made, token).as_deref(), Some("push"));
    let again = Tokens::load(&config(&file, "")).unwrap();
    assert_eq!(name_of(&again, token).as_deref(), Some("push"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    }
}

#[test]
fn tokens_have_names_and_only_whole_tokens_are_known() {
    let mut tokens = Tokens(Vec::new());
    let text = "# desk tokens\nalpha aaaaaaaaaaaaaaaa\n\n  bbbbbbbbbbbbbbbb\n";
    tokens.add_all(text.to_owned(), None).unwrap();
    assert_eq!(name_of(&tokens, "aaaaaaaaaaaaaaaa").as_deref(), Some("alpha"));
    assert_eq!(name_of(&tokens, "bbbbbbbbbbbbbbbb").as_deref(), Some("push"));
    for wrong in ["", "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaa", "alpha", "alpha aaaaaaaaaaaaaaaa"] {
        assert_eq!(name_of(&tokens, wrong), None, "{wrong:?}");
    }
}

#[test]
fn a_token_that_could_be_guessed_one_given_twice_and_an_empty_file_are_refused() {
    let mut tokens = Tokens(Vec::new());
    assert!(tokens.add_all("alpha secret".to_owned(), None).is_err());
    let twice = "a aaaaaaaaaaaaaaaa\nb aaaaaaaaaaaaaaaa\n";
    assert!(
        tokens.add_all(twice.to_owned(), None).err().unwrap().to_string().contains("same token")
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "# nothing yet\n").unwrap();
    let error = Tokens::load(&config(&file, "")).err().unwrap().to_string();
    assert!(error.contains("no token"), "{error}");
}

#[test]
fn scopes_say_what_a_token_may() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, token: &str| fs::write(folder.path().join(name), token).unwrap();
    write("desk", "dddddddddddddddd\n");
    write("wire", "wwwwwwwwwwwwwwww\n");
    write("chief", "cccccccccccccccc\n");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let text = format!(
        "[[channel]]\nname = \"sea\"\n\
         [[serve.token]]\nname = \"desk\"\nfile = \"{}\"\nscopes = [\"read\"]\nchannels = [\"sea\"]\n\
         [[serve.token]]\nname = \"wire\"\nfile = \"{}\"\nscopes = [\"push\"]\n\
         [[serve.token]]\nname = \"chief\"\nfile = \"{}\"\nscopes = [\"admin\"]\n",
        path("desk"),
        path("wire"),
        path("chief")
    );
    let tokens = Tokens::load(&config(&folder.path().join("none"), &text)).unwrap();
    assert!(!folder.path().join("none").exists(), "there is one that may do everything");
    let rights = |token: &str| {
        let grant = tokens.grant(token).unwrap();
        (grant.sees("sea"), grant.sees("land"), grant.sees_all(), grant.push, grant.admin)
    };
    assert_eq!(rights("dddddddddddddddd"), (true, false, false, false, false));
    assert_eq!(rights("wwwwwwwwwwwwwwww"), (false, false, false, true, false));
    assert_eq!(rights("cccccccccccccccc"), (true, true, true, true, true));
}

#[test]
fn what_cannot_be_meant_is_a_problem_with_its_place() {
    for (text, said) in [
        ("[[serve.token]]\nname = \"a\"\nscopes = [\"read\"]\n", "neither `file` nor `env`"),
        ("[[serve.token]]\nname = \"a\"\nenv = \"A\"\n", "no `scopes`"),
        ("[[serve.token]]\nname = \"a\"\nenv = \"A\"\nscopes = [\"write\"]\n", "no scope `write`"),
        (
            "[[serve.token]]\nname = \"a\"\nenv = \"A\"\nscopes = [\"push\"]\nchannels = []\n",
            "narrows the scope",
        ),
        (
            "[[serve.token]]\nname = \"a\"\nenv = \"A\"\nscopes = [\"read\"]\nchannels = [\"x\"]\n",
            "unknown channel `x`",
        ),
        (
            "[[serve.token]]\nname = \"a\"\nenv = \"A\"\nscopes = [\"read\"]\nlifecycle = true\n",
            "may not push",
        ),
        ("[serve]\nlisten = \"0.0.0.0:1\"\npublic_read = true\n", "would let everyone read"),
        ("[serve]\nconnections = 9\nstreams = 9\n", "leaves no connection"),
    ] {
        let file = crate::config::File::new("t.toml", text);
        let (config, problems) = crate::config::Config::parse(file, Path::new("."));
        let problems = problems.to_string();
        assert!(config.is_none() && problems.contains(said), "{text}\n{problems}");
    }
}

#[test]
fn a_token_that_may_do_everything_is_made_beside_those_that_may_not() {
    let (folder, file) = folder();
    std::fs::write(folder.path().join("wire"), "wwwwwwwwwwwwwwww\n").unwrap();
    let wire = folder.path().join("wire");
    let text = format!(
        "[[serve.token]]\nname = \"wire\"\nfile = \"{}\"\nscopes = [\"push\"]\n",
        wire.display()
    );
    let tokens = Tokens::load(&config(&file, &text)).unwrap();
    let made = fs::read_to_string(&file).unwrap();
    let grant = tokens.grant(made.trim().strip_prefix("push ").unwrap()).unwrap();
    assert!(grant.admin && grant.push && grant.sees_all());
    assert!(!tokens.grant("wwwwwwwwwwwwwwww").unwrap().admin);
}
