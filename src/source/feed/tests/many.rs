//! Thousands of feeds at once, and what they cost.

use super::*;

/// How many feeds the next test polls: `WIREFOLD_FEEDS`, 100 by default. With 5000, a release
/// build and `--nocapture` it is the measurement in docs/sources.md.
fn many() -> usize {
    std::env::var("WIREFOLD_FEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(100)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_task_polls_many_feeds_of_many_hosts() {
    const HOSTS: usize = 250;
    let many = many();
    let servers: Vec<_> = (0..HOSTS.min(many)).map(page_of_fifty).collect();
    let text: String = (0..many)
        .map(|n| {
            let server = servers[n % servers.len()];
            format!(
                "[[source.feed]]\nname = \"{n}\"\nurl = \"http://{server}/{n}\"\n\
                 allow_private = true\nmin_interval = \"1s\"\n"
            )
        })
        .collect();
    let (config, _) = Config::parse(File::new("f", text), std::path::Path::new("."));
    let data = tempfile::tempdir().unwrap();
    let mut bench = Bench::start(data.path(), at(0));
    bench.context.clock = crate::clock::Clock::wall();
    let before = usage();
    let polling = tokio::spawn(run(config.unwrap().sources, bench.context.clone()));
    until("every feed has been read", || bench.context.log.next_seq().0 > many as u64 * 50).await;
    let after = usage();
    bench.context.stop.cancel();
    polling.await.unwrap().unwrap();
    let (memory, time) = (after.0.saturating_sub(before.0) / 1_024, after.1 - before.1);
    println_for_the_report(&format!(
        "{many} feeds, server included: {memory} KiB, {time:.1} s CPU"
    ));
    bench.end().await;
}

#[expect(clippy::disallowed_macros, reason = "a measurement is printed for a person")]
fn println_for_the_report(line: &str) {
    println!("{line}");
}

/// A server on a loopback address of its own whose every page lists fifty entries.
fn page_of_fifty(host: usize) -> std::net::SocketAddr {
    let address = std::net::Ipv4Addr::new(127, 0, 2, (host + 1) as u8);
    let listener = std::net::TcpListener::bind((address, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let page = async |uri: axum::http::Uri| {
        let item = |n| {
            let (path, hour, minute) = (uri.path(), n / 60, n % 60);
            format!(
                "<item><guid>{path}/{n}</guid><title>Ferry {n} of {path} leaves the harbour</title>\
                 <link>https://a.example{path}/{n}</link><description>It leaves.</description>\
                 <pubDate>Sun, 01 Mar 2026 0{hour}:{minute:02}:00 GMT</pubDate></item>"
            )
        };
        let items: String = (0..50).map(item).collect();
        format!("<rss version=\"2.0\"><channel><title>Port</title>{items}</channel></rss>")
    };
    let router = axum::Router::new().fallback(page);
    let stop = tokio_util::sync::CancellationToken::new();
    tokio::spawn(crate::serve::connections(listener, router, 64, stop));
    address
}

/// Resident bytes and seconds of processor time of this process; zeros where /proc is not.
fn usage() -> (u64, f64) {
    let read = |name| std::fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
    let number = |text: &str, field: usize| -> u64 {
        text.split_whitespace().nth(field).and_then(|n| n.parse().ok()).unwrap_or(0)
    };
    let stat = read("stat");
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = number(after_name, 11) + number(after_name, 12);
    (number(&read("statm"), 1) * 4_096, ticks as f64 / 100.0)
}
