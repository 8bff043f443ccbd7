//! Relative web addresses.

/// A link as an absolute address where the base tells it; as written where it does not.
pub(super) fn resolve(base: Option<&str>, link: &str) -> String {
    let link = link.trim();
    let whole = || link.to_owned();
    let Some(base) = base.filter(|_| !has_scheme(link)) else { return whole() };
    let Some((scheme, rest)) = base.split_once("://") else { return whole() };
    if let Some(rest) = link.strip_prefix("//") {
        return format!("{scheme}://{rest}");
    }
    let path = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(path);
    if link.starts_with('/') {
        return format!("{scheme}://{host}{link}");
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if link.starts_with(['?', '#']) {
        return format!("{scheme}://{host}{path}{link}");
    }
    let directory = path.rfind('/').map_or("/", |slash| &path[..=slash]);
    let (mut directory, mut link) = (directory.to_owned(), link);
    loop {
        if let Some(rest) = link.strip_prefix("./") {
            link = rest;
        } else if let Some(rest) = link.strip_prefix("../") {
            link = rest;
            let parent = directory.trim_end_matches('/').rfind('/').map_or(0, |slash| slash + 1);
            directory.truncate(parent.max(1));
        } else {
            return format!("{scheme}://{host}{directory}{link}");
        }
    }
}

fn has_scheme(link: &str) -> bool {
    link.split_once(':').is_some_and(|(scheme, _)| {
        let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(valid)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_to_their_base() {
        let base = Some("https://example.org/news/world.xml?x=1");
        assert_eq!(resolve(base, "https://a.example/b"), "https://a.example/b");
        assert_eq!(resolve(base, "//a.example/b"), "https://a.example/b");
        assert_eq!(resolve(base, "/b"), "https://example.org/b");
        assert_eq!(resolve(base, "b/c"), "https://example.org/news/b/c");
        assert_eq!(resolve(base, "../b"), "https://example.org/b");
        assert_eq!(resolve(base, "../../../b"), "https://example.org/b");
        assert_eq!(resolve(base, "?id=2"), "https://example.org/news/world.xml?id=2");
        assert_eq!(resolve(Some("https://example.org"), "b"), "https://example.org/b");
        assert_eq!(resolve(None, "b"), "b");
        assert_eq!(resolve(base, "tag:example.org,2026:1"), "tag:example.org,2026:1");
    }
}
