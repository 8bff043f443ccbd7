//! `GET /metrics`: what the daemon counts, in the text format of Prometheus (0.0.4).

use std::collections::BTreeMap;
use std::fmt::{Display, Write};

use axum::Router;
use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::App;
use super::problem::Problem;
use super::query::Query;
use super::token::Reader;
use crate::metrics::{Counts, SECONDS};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/metrics", get(show))
}

#[utoipa::path(
    get,
    path = "/metrics", operation_id = "metrics",
    tag = "state",
    responses((status = 200, description = "Counters, as Prometheus reads them",
        content_type = "text/plain", body = String))
)]
pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    uri: Uri,
) -> Result<Response, Problem> {
    reader.everything()?;
    Query::read(&uri, &[])?;
    let sinks = app.sinks.clone();
    let sinks = tokio::task::spawn_blocking(move || sinks.status()).await.unwrap_or_default();
    let mut text = Text::default();
    counted(&mut text, &app.context.metrics.counts());
    let waiting = app.context.metrics.waiting();
    text.family("wirefold_waiting", "gauge", "Stories that a channel holds back now, by what for");
    for ((channel, gate), count) in &waiting.held {
        text.value("wirefold_waiting", &[("channel", channel), ("gate", gate.as_str())], count);
    }
    text.family("wirefold_embargoed", "gauge", "Items whose embargo ends at a known time to come");
    text.value("wirefold_embargoed", &[], waiting.embargoed);
    text.family("wirefold_link_waiting", "gauge", "Values that wait on a link between stages");
    for (name, waiting, _) in app.context.metrics.links() {
        text.value("wirefold_link_waiting", &[("link", name)], waiting);
    }
    text.family("wirefold_link_capacity", "gauge", "Values that a link holds");
    for (name, _, most) in app.context.metrics.links() {
        text.value("wirefold_link_capacity", &[("link", name)], most);
    }
    text.family("wirefold_log_end", "gauge", "The first position of the log that is not written");
    text.value("wirefold_log_end", &[], app.live.end());
    text.family("wirefold_log_bytes", "gauge", "Bytes of all records in the log");
    text.value("wirefold_log_bytes", &[], app.context.log.size());
    text.family("wirefold_stories", "gauge", "Stories that can be listed");
    text.value("wirefold_stories", &[], app.board.read().stories());
    text.family("wirefold_listeners", "gauge", "Clients that listen to live events");
    text.value("wirefold_listeners", &[], app.live.listeners());
    text.family("wirefold_sink_lag", "gauge", "Positions that a sink has not had");
    for sink in &sinks {
        text.value("wirefold_sink_lag", &[("sink", &sink.name)], sink.lag);
    }
    text.family("wirefold_sink_attempts", "gauge", "Failed attempts at a sink's next delivery");
    for sink in &sinks {
        text.value("wirefold_sink_attempts", &[("sink", &sink.name)], sink.attempts);
    }
    text.family("wirefold_sink_dead_letters", "gauge", "Deliveries that a sink has given up");
    for sink in &sinks {
        text.value("wirefold_sink_dead_letters", &[("sink", &sink.name)], sink.dead_letters);
    }
    text.family("wirefold_sink_delivered_total", "counter", "Deliveries of a sink");
    for sink in &sinks {
        let delivered = sink.delivered.unwrap_or_default();
        text.value("wirefold_sink_delivered_total", &[("sink", &sink.name)], delivered);
    }
    let media_type = "text/plain; version=0.0.4; charset=utf-8";
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, text.0).into_response())
}

fn counted(text: &mut Text, counts: &Counts) {
    text.family("wirefold_items_total", "counter", "Items by source and verdict");
    for ((source, verdict), count) in &counts.items {
        let labels = [("source", source.as_str()), ("verdict", verdict)];
        text.value("wirefold_items_total", &labels, count);
    }
    text.family("wirefold_rejects_total", "counter", "Records that are no items");
    for ((source, kind), count) in &counts.rejects {
        let labels = [("source", source.as_str()), ("kind", kind)];
        text.value("wirefold_rejects_total", &labels, count);
    }
    text.family("wirefold_deliveries_total", "counter", "Deliveries decided, by channel");
    for (channel, count) in &counts.deliveries {
        text.value("wirefold_deliveries_total", &[("channel", channel)], count);
    }
    let by_gate = |text: &mut Text, name: &str, counts: &BTreeMap<(String, &'static str), u64>| {
        for ((channel, gate), count) in counts {
            text.value(name, &[("channel", channel), ("gate", gate)], count);
        }
    };
    let name = "wirefold_held_total";
    text.family(name, "counter", "Deliveries that a channel's policy held back, by what for");
    by_gate(text, name, &counts.held);
    let name = "wirefold_dropped_total";
    text.family(name, "counter", "Deliveries that a channel's policy dropped, by what for");
    by_gate(text, name, &counts.dropped);
    text.family("wirefold_digests_total", "counter", "Digests of a channel");
    for (channel, digests) in &counts.digests {
        text.value("wirefold_digests_total", &[("channel", channel)], digests.digests);
    }
    text.family("wirefold_digested_total", "counter", "Stories that came in digests");
    for (channel, digests) in &counts.digests {
        text.value("wirefold_digested_total", &[("channel", channel)], digests.stories);
    }
    text.family("wirefold_left_out_total", "counter", "Dropped deliveries that digests told of");
    for (channel, digests) in &counts.digests {
        text.value("wirefold_left_out_total", &[("channel", channel)], digests.left_out);
    }
    text.family("wirefold_committed_total", "counter", "Entries made durable");
    text.value("wirefold_committed_total", &[], counts.entries);
    let name = "wirefold_commit_seconds";
    text.family(name, "histogram", "How long a group took to be durable");
    let mut so_far = 0;
    let bounds = SECONDS.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
    for (bound, count) in bounds.zip(counts.commits.buckets) {
        so_far += count;
        text.value(&format!("{name}_bucket"), &[("le", &bound)], so_far);
    }
    text.value(&format!("{name}_sum"), &[], counts.commits.sum);
    text.value(&format!("{name}_count"), &[], so_far);
    text.family("wirefold_http_answers_total", "counter", "Answers over HTTP");
    for (class, count) in ["1xx", "2xx", "3xx", "4xx", "5xx"].iter().zip(counts.answers) {
        text.value("wirefold_http_answers_total", &[("status", class)], count);
    }
}

/// The text format. Writing to a string cannot fail.
#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}.\n# TYPE {name} {kind}");
    }

    fn value(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (place, (label, text)) in labels.iter().enumerate() {
            let before = if place == 0 { '{' } else { ',' };
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{before}{label}=\"{text}\"");
        }
        let end = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.0, "{end} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_a_histogram_adds_up() {
        let mut text = Text::default();
        text.value("a", &[("x", "1\\\"\n"), ("y", "2")], 3);
        assert_eq!(text.0, "a{x=\"1\\\\\\\"\\n\",y=\"2\"} 3\n");
        let mut text = Text::default();
        let mut counts = Counts::default();
        counts.commits.buckets[0] = 2;
        counts.commits.buckets[3] = 1;
        counts.held.insert(("night".to_owned(), "quiet"), 4);
        counts.digests.entry("night".to_owned()).or_default().left_out = 7;
        counted(&mut text, &counts);
        assert!(text.0.contains("held_total{channel=\"night\",gate=\"quiet\"} 4\n"), "{}", text.0);
        assert!(text.0.contains("left_out_total{channel=\"night\"} 7\n"), "{}", text.0);
        for line in
            ["bucket{le=\"0.001\"} 2", "bucket{le=\"0.005\"} 2", "bucket{le=\"+Inf\"} 3", "count 3"]
        {
            assert!(text.0.contains(line), "{line}\n{}", text.0);
        }
    }
}
