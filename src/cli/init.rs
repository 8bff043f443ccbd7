//! `wirefold init`: a configuration to start from.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use crate::net::names_user;
use crate::source::feed::opml;
use crate::starter;
use crate::terminal;

use super::Failure;

/// Write a configuration to start from, with the feeds of an OPML list if you have one
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to write it; an existing file is left alone
    #[arg(value_name = "FILE", default_value = "wirefold.toml")]
    file: PathBuf,
    /// Poll the feeds of this OPML list, as feed readers export it
    #[arg(long, value_name = "FILE")]
    opml: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let mut list = opml::Opml::default();
    if let Some(path) = &args.opml {
        let shown = path.display();
        let bytes = std::fs::read(path)
            .map_err(|error| Failure::runtime(format!("cannot read {shown}: {error}")))?;
        list = opml::read(&bytes).map_err(|error| Failure::runtime(format!("{shown}: {error}")))?;
    }
    for address in &list.unusable {
        terminal::note(&format!(
            "left out, no address of http or https: {}",
            terminal::escape(address)
        ));
    }
    let shown = args.file.display();
    let mut file = File::create_new(&args.file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::usage(format!("wirefold: {shown} exists: remove it, or name another file"))
        }
        _ => Failure::runtime(format!("cannot write {shown}: {error}")),
    })?;
    file.write_all(starter::starter(&list.feeds).as_bytes())?;
    if list.feeds.iter().any(|feed| names_user(&feed.url)) {
        terminal::note(
            "passwords are not taken over: put each into the file that `password_file` names",
        );
    }
    let count = list.feeds.len();
    let feeds = if count == 1 { "feed" } else { "feeds" };
    terminal::line(&format!("{shown} is written, with {count} {feeds}. Next:"))?;
    terminal::line(&format!("    wirefold run -c {shown}"))?;
    Ok(())
}
