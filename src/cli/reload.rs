//! When the daemon reads its configuration again: at SIGHUP, and when one of its files has changed
//! and stands still.

use std::time::Duration;

use tokio::signal::unix::Signal;
use tracing::warn;

use crate::config::{Config, Files, Origin};
use crate::link::{self, Receiver};

/// How often files are looked at. A change counts once two looks in a row find the same, so that a
/// file is not read while an editor writes it.
const LOOK: Duration = Duration::from_secs(1);

/// Starts to watch; `hangup` may have heard something already. One that is wrong is refused here, with the full report, and never reaches the
/// pipeline; its files are watched like those of a good one, so that mending any of them is enough.
pub(super) fn watch(config: &Config, mut hangup: Signal) -> Receiver<Config> {
    let (tx, rx) = link::bounded("reloads", 1);
    let Origin::File(path) = config.origin.clone() else {
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                warn!("SIGHUP: the built-in default cannot change");
            }
            drop(tx);
        });
        return rx;
    };
    let mut files = config.files.clone();
    tokio::spawn(async move {
        loop {
            let now = changed(&mut hangup, &files).await;
            let (config, problems) = Config::draft(&path);
            // One that is no TOML names no files: those of the last stay.
            files = config.as_ref().map_or(now, |config| config.files.clone());
            let Some(config) = config.filter(|_| !problems.has_errors()) else {
                warn!("not reloaded, the old rules stay:\n{problems}");
                continue;
            };
            if !problems.is_empty() {
                warn!("{problems}");
            }
            if tx.send(config).await.is_err() {
                return;
            }
        }
    });
    rx
}

/// Resolves at SIGHUP, or when one of the files has changed and stands still, with how they are
/// then.
async fn changed(hangup: &mut Signal, files: &Files) -> Files {
    let mut last = files.now();
    loop {
        tokio::select! {
            _ = hangup.recv() => return files.now(),
            () = tokio::time::sleep(LOOK) => {}
        }
        let now = files.now();
        if now == last && now != *files {
            return now;
        }
        last = now;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tokio::signal::unix::{SignalKind, signal};

    use super::*;

    const DESK: &str = "[rules]\ndir = \"desks\"\n[list]\nfirms = { file = \"firms.txt\" }\n\
                        [[channel]]\nname = \"c\"\n";
    const RULE: &str = "[[rule]]\nquery = \"@firms\"\nchannels = [\"c\"]\n";

    fn desk(dir: &Path) -> Config {
        std::fs::create_dir(dir.join("desks")).unwrap();
        std::fs::write(dir.join("firms.txt"), "Acme\n").unwrap();
        std::fs::write(dir.join("wirefold.toml"), DESK).unwrap();
        Config::load(&dir.join("wirefold.toml")).unwrap().0
    }

    fn watch(config: &Config) -> Receiver<Config> {
        super::watch(config, signal(SignalKind::hangup()).unwrap())
    }

    /// The next configuration, if one comes within a minute of a clock that does not wait.
    async fn next(reloads: &Receiver<Config>) -> Option<Config> {
        tokio::time::timeout(Duration::from_secs(60), reloads.recv()).await.ok().flatten()
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_and_the_first_file_of_a_folder_are_read_when_they_change() {
        let dir = tempfile::tempdir().unwrap();
        let config = desk(dir.path());
        let reloads = watch(&config);
        assert!(next(&reloads).await.is_none(), "nothing has changed");

        std::fs::write(dir.path().join("firms.txt"), "Acme\nBolt\n").unwrap();
        let listed = next(&reloads).await.expect("the list has changed");
        assert_eq!(listed.lists["firms"], ["Acme", "Bolt"]);
        assert_ne!(listed.digest(), config.digest(), "other words, other verdicts");

        std::fs::write(dir.path().join("desks/one.toml"), RULE).unwrap();
        assert_eq!(next(&reloads).await.expect("a file was added").rules.len(), 1);
        std::fs::write(dir.path().join("desks/.one.toml.swp"), "an editor's").unwrap();
        assert!(next(&reloads).await.is_none(), "what is not read changes nothing");
        std::fs::remove_file(dir.path().join("desks/one.toml")).unwrap();
        assert!(next(&reloads).await.expect("the file is gone").rules.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_refused_is_read_again_once_it_is_mended() {
        let dir = tempfile::tempdir().unwrap();
        let reloads = watch(&desk(dir.path()));
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();

        write("desks/two.toml", &RULE.replace("\"c\"", "\"d\""));
        assert!(next(&reloads).await.is_none(), "there is no such channel");
        write("desks/two.toml", RULE);
        assert_eq!(next(&reloads).await.expect("it is mended").rules.len(), 1);

        write("desks/two.toml", "[[rule]\n");
        assert!(next(&reloads).await.is_none(), "it is no TOML");
        std::fs::remove_file(dir.path().join("desks/two.toml")).unwrap();
        assert!(next(&reloads).await.expect("it is gone").rules.is_empty());

        write("wirefold.toml", &DESK.replace("firms.txt", "companies.txt"));
        assert!(next(&reloads).await.is_none(), "there is no such list");
        write("companies.txt", "Bolt\n");
        assert_eq!(next(&reloads).await.expect("now there is").lists["firms"], ["Bolt"]);

        write("wirefold.toml", "[rules\n");
        assert!(next(&reloads).await.is_none(), "it is no TOML");
        write("wirefold.toml", DESK);
        assert_eq!(next(&reloads).await.expect("it is mended").lists["firms"], ["Acme"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_refused_is_not_looked_at_again_while_it_stays() {
        let dir = tempfile::tempdir().unwrap();
        desk(dir.path());
        std::fs::write(dir.path().join("desks/two.toml"), "[[rule]]\n").unwrap();
        let (config, problems) = Config::draft(&dir.path().join("wirefold.toml"));
        assert!(problems.has_errors());
        let (files, mut hangup) = (config.unwrap().files, signal(SignalKind::hangup()).unwrap());
        let again = changed(&mut hangup, &files);
        assert!(tokio::time::timeout(Duration::from_secs(60), again).await.is_err());
    }
}
