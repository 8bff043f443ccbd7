//! Whoever has shown a token. A handler names what it takes, so that none can forget to ask:
//! [`Reader`], [`Pusher`] or [`Admin`].

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::Grant;
use crate::serve::App;
use crate::serve::problem::Problem;

/// May read: everything, or some channels.
#[derive(Clone, Debug)]
pub(in crate::serve) struct Reader(pub(in crate::serve) Grant);

/// May push items.
#[derive(Clone, Debug)]
pub(in crate::serve) struct Pusher(pub(in crate::serve) Grant);

/// May do everything.
#[derive(Clone, Debug)]
pub(in crate::serve) struct Admin(pub(in crate::serve) Grant);

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Reader, Problem> {
        let grant = caller(parts, app, app.config.public_read)?;
        if grant.reads() { Ok(Reader(grant)) } else { Err(refused(&grant, "read")) }
    }
}

impl FromRequestParts<App> for Pusher {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Pusher, Problem> {
        let grant = caller(parts, app, false)?;
        if grant.push { Ok(Pusher(grant)) } else { Err(refused(&grant, "push")) }
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Admin, Problem> {
        let grant = caller(parts, app, false)?;
        if grant.admin { Ok(Admin(grant)) } else { Err(refused(&grant, "admin")) }
    }
}

impl Reader {
    /// Refuses whoever may not read everything.
    pub(in crate::serve) fn everything(&self) -> Result<(), Problem> {
        if self.0.sees_all() {
            return Ok(());
        }
        let detail = format!("the token `{}` reads some channels only", self.0.name);
        Err(Problem::new(StatusCode::FORBIDDEN, detail))
    }
}

fn refused(grant: &Grant, scope: &str) -> Problem {
    let detail = format!("the token `{}` does not have the scope `{scope}`", grant.name);
    Problem::new(StatusCode::FORBIDDEN, detail)
}

/// Who asks, and not too often.
fn caller(parts: &Parts, app: &App, public: bool) -> Result<Grant, Problem> {
    let grant = match shown(parts) {
        Some(token) => app.tokens.grant(&token),
        None if public => Some(Grant::public()),
        None => None,
    };
    let grant = grant.ok_or_else(|| {
        let detail = "send `Authorization: Bearer TOKEN` with a token of [serve]";
        Problem::new(StatusCode::UNAUTHORIZED, detail)
    })?;
    app.limiter().pass(&grant.name, grant.pace, app.context.clock.now()).map_err(|wait| {
        let name = &grant.name;
        let detail = format!("the token `{name}` asks more often than its `rate` allows");
        Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).retry_after(wait)
    })?;
    Ok(grant)
}

/// The token that came along, in whichever way this request may show one.
fn shown(parts: &Parts) -> Option<String> {
    let only_reads = matches!(parts.method, Method::GET | Method::HEAD);
    if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
        // From here on somebody has tried to show one, be it in vain.
        let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' '))?;
        let token = token.trim();
        return Some(match scheme.to_ascii_lowercase().as_str() {
            "bearer" => token.to_owned(),
            "basic" if only_reads => password(token).unwrap_or_default(),
            _ => String::new(),
        });
    }
    if !only_reads {
        return None;
    }
    let query = parts.uri.query().unwrap_or("");
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "token").map(|(_, token)| token.into_owned())
}

fn password(encoded: &str) -> Option<String> {
    let text = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    text.split_once(':').map(|(_, password)| password.to_owned())
}
