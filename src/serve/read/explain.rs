//! `GET /v1/explain?a=&b=`: why two headlines are one story or not, and where the second would go.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::routing::get;

use super::doc::{Explanation, RuleOutcome, parts};
use crate::config::Config;
use crate::decide::Decider;
use crate::explain::{self, PairExplanation};
use crate::route::{Outcome, RuleTrace};
use crate::serve::App;
use crate::serve::answer::Json;
use crate::serve::problem::Problem;
use crate::serve::query::Query;
use crate::serve::token::Reader;

/// No wire sends a longer headline.
const LONGEST: usize = 2_000;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/v1/explain", get(pair))
}

#[utoipa::path(get, path = "/v1/explain", operation_id = "explain", tag = "read",
    params(
        ("a" = String, Query, min_length = 1, max_length = 2000, description = "The headline that came first"),
        ("b" = String, Query, min_length = 1, max_length = 2000, description = "The headline that came second"),
    ),
    responses(
        (status = 200, description = "Why they fold or do not", body = Explanation),
        (status = 422, description = "One of them has neither a letter nor a digit"),
    ))]
pub(in crate::serve) async fn pair(
    State(app): State<App>,
    reader: Reader,
    uri: Uri,
) -> Result<Json<Explanation>, Problem> {
    // The rules of every channel take part.
    reader.everything()?;
    let query = Query::read(&uri, &["a", "b"])?;
    let (a, b) = (query.required("a")?.to_owned(), query.required("b")?.to_owned());
    if [&a, &b].iter().any(|headline| headline.chars().count() > LONGEST) {
        let detail = format!("a headline has at most {LONGEST} characters");
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    }
    // It takes models and rules of its own: one at a time is enough.
    let _turn = app.explaining.lock().await;
    let config = app.config();
    let explained = tokio::task::spawn_blocking(move || explain(&config, &a, &b)).await;
    let failed = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "this could not be explained");
    explained.map_err(failed)?.map(Json)
}

fn explain(config: &Config, a: &str, b: &str) -> Result<Explanation, Problem> {
    // The daemon runs with this configuration, so its stages can be built.
    let (mut decider, _) = Decider::build(config).map_err(|_| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the rules can no longer be read")
    })?;
    let found = explain::pair(&mut decider, a, b).ok_or_else(|| {
        let detail = "a headline without a letter or digit cannot be compared";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    })?;
    Ok(document(found))
}

fn document(found: PairExplanation) -> Explanation {
    let explanation = found.explanation;
    Explanation {
        same: explanation.same(),
        probability: explanation.probability,
        threshold: explanation.threshold,
        contradict: explanation.clash.is_some(),
        headlines: found.headlines.to_vec(),
        languages: explanation.languages.map(Vec::from),
        bias: explanation.bias,
        shares: parts(explanation.shares),
        model: explanation.model,
        rules: found.rules.into_iter().map(rule).collect(),
    }
}

fn rule(trace: RuleTrace) -> RuleOutcome {
    RuleOutcome {
        rule: trace.rule,
        channels: trace.channels,
        outcome: match trace.outcome {
            Outcome::Holds => "holds",
            Outcome::BehindExit(_) => "behind exit",
            Outcome::Closed => "closed",
            Outcome::Nearly => "nearly",
        },
        by: trace.by,
        against: trace.against,
    }
}
