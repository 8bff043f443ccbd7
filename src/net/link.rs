//! Links that a wire sends: which are passed on.

use url::Url;

/// The address, if a reader may be sent there: of http or https, in one piece, and without a name and
/// password, which make an address look like another's.
pub(crate) fn web_link(link: &str) -> Option<Url> {
    let link = link.trim();
    let whole = !link.contains(|c: char| c.is_control() || c.is_whitespace());
    let url = Url::parse(link).ok()?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host();
    (whole && web && !names_user(&url)).then_some(url)
}

/// Whether an address holds a user or a password.
pub(crate) fn names_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_passed_on() {
        for good in ["https://a.example/x?y=1", " http://a.example "] {
            assert!(web_link(good).is_some(), "{good}");
        }
        for wrong in [
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "ftp://a.example",
            "/relative",
            "https://a.example/a b",
            "https://bank.example@evil.example/",
            "https://:secret@a.example/",
            "",
        ] {
            assert_eq!(web_link(wrong), None, "{wrong}");
        }
    }
}
