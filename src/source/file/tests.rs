use std::io::Write as _;
use std::path::PathBuf;

use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::*;
use crate::config::Config;
use crate::log::sample::at;
use crate::source::testing::{Bench, until};

/// A followed file of lines, read by a daemon that can be stopped and started.
struct Desk {
    folder: TempDir,
    format: &'static str,
    running: Option<(Bench, JoinHandle<Result<(), SourceError>>)>,
}

impl Desk {
    fn path(&self) -> PathBuf {
        self.folder.path().join("wire.tsv")
    }

    fn write(&self, lines: &[&str]) {
        let mut file =
            std::fs::OpenOptions::new().create(true).append(true).open(self.path()).unwrap();
        lines.iter().for_each(|line| writeln!(file, "{line}").unwrap());
    }

    fn rotate(&self) {
        std::fs::rename(self.path(), self.folder.path().join("wire.tsv.1")).unwrap();
    }

    fn start(&mut self) {
        let text = format!(
            "[[source.file]]\nname = \"f\"\nformat = \"{}\"\npath = \"wire.tsv\"\nfollow = true\n",
            self.format
        );
        let file = crate::config::File::new("f", text);
        let (config, problems) = Config::parse(file, self.folder.path());
        let source = config.unwrap_or_else(|| panic!("{problems}")).sources.remove(0);
        let bench = Bench::start(&self.folder.path().join("data"), at(0));
        let (context, path) = (bench.context.clone(), self.path());
        let reading = tokio::spawn(async move { run(&source, &path, true, context).await });
        self.running = Some((bench, reading));
    }

    async fn stop(&mut self) {
        let (bench, reading) = self.running.take().unwrap();
        bench.context.stop.cancel();
        reading.await.unwrap().unwrap();
        bench.end().await;
    }

    async fn has(&self, headlines: &[&str]) {
        let (bench, _) = self.running.as_ref().unwrap();
        until(&format!("{headlines:?}"), || bench.headlines().len() >= headlines.len()).await;
        assert_eq!(bench.headlines(), headlines);
    }
}

fn desk(lines: &[&str]) -> Desk {
    desk_of("tsv", lines)
}

fn desk_of(format: &'static str, lines: &[&str]) -> Desk {
    let desk = Desk { folder: tempfile::tempdir().unwrap(), format, running: None };
    desk.write(lines);
    desk
}

#[tokio::test]
async fn a_file_put_in_the_place_of_another_is_read_from_its_head() {
    let mut desk = desk(&["headline"]);
    desk.start();
    desk.write(&["One", "Two", "Three"]);
    desk.has(&["One", "Two", "Three"]).await;
    desk.rotate();
    desk.write(&["headline", "Four", "Five"]);
    desk.has(&["One", "Two", "Three", "Four", "Five"]).await;
    desk.stop().await;
}

#[tokio::test]
async fn what_was_written_until_it_was_replaced_is_read_first() {
    let mut desk = desk(&["headline", "One"]);
    desk.start();
    desk.has(&["One"]).await;
    desk.write(&["Two", "Three"]);
    desk.rotate();
    desk.write(&["headline", "Four"]);
    desk.has(&["One", "Two", "Three", "Four"]).await;
    desk.stop().await;
}

#[tokio::test]
async fn a_start_goes_on_in_the_same_file_and_reads_another_one_from_its_head() {
    let mut desk = desk(&["headline"]);
    desk.start();
    desk.write(&["One", "Two"]);
    desk.has(&["One", "Two"]).await;
    desk.stop().await;
    desk.write(&["Three"]);
    desk.start();
    desk.has(&["One", "Two", "Three"]).await;
    desk.stop().await;
    desk.rotate();
    desk.write(&["headline", "Six", "Seven", "Eight", "Nine"]);
    desk.start();
    desk.has(&["One", "Two", "Three", "Six", "Seven", "Eight", "Nine"]).await;
    desk.stop().await;
}

#[tokio::test]
async fn the_last_headline_of_a_page_does_not_wait_for_the_next_and_comes_once() {
    let mut desk = desk_of("list", &["Ferry sinks"]);
    desk.start();
    desk.has(&["Ferry sinks"]).await;
    // Long enough for a paragraph, which would make the first line the title of an article.
    let prose = "Dam opens ".repeat(20).trim_end().to_owned() + ".";
    desk.write(&[&prose, "Mayor quits"]);
    desk.has(&["Ferry sinks", &prose, "Mayor quits"]).await;
    desk.stop().await;
    desk.write(&["Squid found"]);
    desk.start();
    desk.has(&["Ferry sinks", &prose, "Mayor quits", "Squid found"]).await;
    desk.write(&["Chess cup won"]);
    desk.has(&["Ferry sinks", &prose, "Mayor quits", "Squid found", "Chess cup won"]).await;
    desk.stop().await;
}

#[test]
fn what_earlier_versions_noted_is_read() {
    let noted = postcard::to_allocvec(&(3_u64, 40_u64, u64::MAX)).unwrap();
    assert!(postcard::from_bytes::<Progress>(&noted).is_err());
    let Before { records, length, digest } = postcard::from_bytes(&noted).unwrap();
    assert_eq!((records, length, digest), (3, 40, u64::MAX));
    let now = Progress { records, length, digest, still: 7 };
    let noted = postcard::to_allocvec(&now).unwrap();
    assert_eq!(postcard::from_bytes::<Before>(&noted).unwrap().records, 3);
}
