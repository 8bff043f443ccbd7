//! Is a request meant for this listener, or made by some web page?
//!
//! Any page in a browser on this machine can send requests to loopback, and with a name that it
//! controls (DNS rebinding) read the answers. Such a request shows a foreign `Host` or `Origin`, or
//! says in `Sec-Fetch-Site` that another site made it.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use super::problem::Problem;

/// Lets only requests pass that name this listener and come from no foreign page.
pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    if let Err(problem) = check(request.headers(), &app.config.hosts, &app.config.origins) {
        return problem.into_response();
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let Some(origin) = origin.filter(|origin| is_invited(origin, &app.config.origins)) else {
        return next.run(request).await;
    };
    let asks_first = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match asks_first {
        true => StatusCode::NO_CONTENT.into_response(),
        false => next.run(request).await,
    };
    invite(response.headers_mut(), origin, asks_first);
    response
}

fn is_invited(origin: &HeaderValue, origins: &[String]) -> bool {
    origin.to_str().is_ok_and(|origin| origins.contains(&origin.to_ascii_lowercase()))
}

/// Lets a configured web page read the answer (CORS). Its requests show a token themselves: no
/// password that a browser remembers is sent along.
fn invite(headers: &mut HeaderMap, origin: HeaderValue, asks_first: bool) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let may = |text| HeaderValue::from_static(text);
    if asks_first {
        let sent = may("Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Request-Id");
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, may("GET, HEAD, POST"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, sent);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, may("600"));
    } else {
        let read = may("ETag, Last-Modified, Retry-After, X-Request-Id");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, read);
    }
}

fn check(headers: &HeaderMap, hosts: &[String], origins: &[String]) -> Result<(), Problem> {
    let text =
        |name| headers.get(name).map(|value| value.to_str().unwrap_or("").to_ascii_lowercase());
    let authority: Authority = text(header::HOST)
        .and_then(|host| host.parse().ok())
        .ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "the request names no host"))?;
    if !is_ours(authority.host(), hosts) {
        let detail = format!(
            "this listener does not answer for `{}`: add the name to `hosts` in [serve]",
            authority.host()
        );
        return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail));
    }
    let Some(origin) = text(header::ORIGIN) else {
        return match is_embedded(headers) {
            true => Err(Problem::new(StatusCode::FORBIDDEN, "pages of other hosts may not ask")),
            false => Ok(()),
        };
    };
    let own = origin.split_once("://").is_some_and(|(_, rest)| rest == authority.as_str());
    if own || origins.contains(&origin) {
        return Ok(());
    }
    let detail = format!("web pages of `{origin}` may not ask: add it to `origins` in [serve]");
    Err(Problem::new(StatusCode::FORBIDDEN, detail))
}

/// Whether another host's page loads it as a picture, a script or a frame: with those a browser
/// sends no `Origin`, but a password that it remembers. Following a link is its user's own doing.
fn is_embedded(headers: &HeaderMap) -> bool {
    let said = |name, value: &str| headers.get(name).is_some_and(|it| it == value);
    let elsewhere = ["cross-site", "same-site"].iter().any(|site| said("sec-fetch-site", site));
    let followed = said("sec-fetch-mode", "navigate") && said("sec-fetch-dest", "document");
    elsewhere && !followed
}

/// A number is never someone else's name; names are ours only when configured.
fn is_ours(host: &str, hosts: &[String]) -> bool {
    let number = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || number.parse::<IpAddr>().is_ok() || hosts.iter().any(|own| own == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The status that a request is refused with.
    #[track_caller]
    fn case(host: &str, origin: Option<&str>, expected: Option<u16>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        let hosts = ["wire.example.org".to_owned()];
        let origins = ["https://desk.example.org".to_owned()];
        let refused = check(&headers, &hosts, &origins).err();
        let status = refused.map(|problem| problem.into_response().status().as_u16());
        assert_eq!(status, expected, "{host} {origin:?}");
    }

    #[test]
    fn addresses_localhost_and_configured_names_are_ours() {
        for host in ["127.0.0.1:8910", "127.0.0.1", "[::1]:8910", "10.1.2.3:80", "localhost:8910"] {
            case(host, None, None);
        }
        case("Wire.Example.org", None, None);
    }

    #[test]
    fn a_rebound_name_is_refused() {
        for host in ["evil.example:8910", "127.0.0.1.evil.example", "localhost.evil.example"] {
            case(host, None, Some(421));
        }
        case("", None, Some(400));
    }

    /// Browsers say of every request where it comes from, also where they send no `Origin`.
    #[test]
    fn what_a_foreign_page_embeds_is_refused_and_a_link_may_be_followed() {
        let asked = |site: &str, mode: &str, dest: &str| {
            let mut headers = HeaderMap::new();
            for (name, value) in [
                ("host", "127.0.0.1:8910"),
                ("sec-fetch-site", site),
                ("sec-fetch-mode", mode),
                ("sec-fetch-dest", dest),
            ] {
                headers.insert(name, HeaderValue::from_str(value).unwrap());
            }
            check(&headers, &[], &[]).is_ok()
        };
        for site in ["cross-site", "same-site"] {
            assert!(!asked(site, "no-cors", "image"), "{site}");
            assert!(!asked(site, "no-cors", "script"), "{site}");
            assert!(!asked(site, "navigate", "iframe"), "{site}");
            assert!(asked(site, "navigate", "document"), "{site}");
        }
        for site in ["same-origin", "none"] {
            assert!(asked(site, "cors", "empty"), "{site}");
        }
    }

    #[test]
    fn a_foreign_page_is_refused_and_our_own_is_not() {
        let here = "127.0.0.1:8910";
        case(here, Some("http://127.0.0.1:8910"), None);
        case("wire.example.org", Some("https://wire.example.org"), None);
        case(here, Some("https://desk.example.org"), None);
        for origin in [
            "https://evil.example",
            "null",
            "http://127.0.0.1:3000",
            "",
            "https://x?127.0.0.1:8910",
        ] {
            case(here, Some(origin), Some(403));
        }
    }
}
