//! `GET /v1/openapi.json`: the interface described for programs, made from the handlers.

use axum::Router;
use axum::http::Uri;
use axum::routing::get;
use serde::Serialize;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, ResponseBuilder, Schema};
use utoipa::{Modify, OpenApi, ToSchema};

use super::answer::Json;
use super::problem::Problem;
use super::query::Query;
use super::read::{channels, explain, items, stories, story};
use super::{App, events, feeds, health, metrics, push, sinks, story as correct};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/v1/openapi.json", get(show))
}

/// Nothing in it is secret: it is the same for everyone.
#[utoipa::path(get, path = "/v1/openapi.json", operation_id = "openapi", tag = "state", security(()),
    responses((status = 200, description = "This document", body = Object)))]
pub(super) async fn show(uri: Uri) -> Result<Json<Document>, Problem> {
    Query::read(&uri, &[])?;
    Ok(Json(document()))
}

/// The interface.
pub(super) fn document() -> Document {
    Interface::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "wirefold",
        description = "Channels of folded news stories: push items, read stories, listen live.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        push::push,
        channels::list,
        stories::list,
        story::show,
        correct::split,
        correct::merge,
        items::show,
        explain::pair,
        events::events,
        feeds::atom,
        feeds::rss,
        feeds::json,
        sinks::list,
        sinks::one,
        sinks::act,
        metrics::show,
        health::ready,
        health::alive,
        show
    ),
    components(schemas(Refusal)),
    security(("token" = []), ("password" = [])),
    modifiers(&Common)
)]
struct Interface;

/// Why a request was refused (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
struct Refusal {
    status: u16,
    title: String,
    /// What to do about it.
    detail: String,
}

/// What is the same for every address.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("token", token);
        let password = SecurityScheme::Http(Http::new(HttpAuthScheme::Basic));
        components.add_security_scheme("password", password);
        for path in document.paths.paths.values_mut() {
            for operation in [&mut path.get, &mut path.post].into_iter().flatten() {
                operation.parameters.iter_mut().flatten().for_each(never_null);
                let problem = Content::new(Some(Ref::from_schema_name("Problem")));
                let refused = ResponseBuilder::new()
                    .description("Refused, and why")
                    .content("application/problem+json", problem)
                    .build();
                let responses = &mut operation.responses.responses;
                // Whatever else a refusal may hold, it may be this.
                for (status, response) in responses.iter_mut() {
                    if status.starts_with('4')
                        && let RefOr::T(response) = response
                    {
                        let problem = Content::new(Some(Ref::from_schema_name("Problem")));
                        let kind = "application/problem+json".to_owned();
                        response.content.insert(kind, RefOr::T(problem));
                    }
                }
                responses.entry("default".to_owned()).or_insert(RefOr::T(refused));
            }
        }
    }
}

/// What may be left out has a type that may be null, but an address or a header has no null.
fn never_null(parameter: &mut RefOr<Parameter>) {
    if let RefOr::T(parameter) = parameter
        && let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema
        && let SchemaType::Array(types) = &mut object.schema_type
    {
        types.retain(|it| *it != Type::Null);
        if let [only] = &types[..] {
            object.schema_type = SchemaType::Type(only.clone());
        }
    }
}
