//! Redirects: which are followed, and which are remembered.

use url::Url;

use super::error::{FetchError, FetchErrorKind};

/// Redirects followed in one fetch.
const MOST: usize = 5;

/// The way of one fetch through its redirects.
#[derive(Debug)]
pub(super) struct Trail {
    url: Url,
    hops: usize,
    /// Every redirect so far was permanent.
    permanent: bool,
    moved: Option<Url>,
}

impl Trail {
    pub(super) fn new(url: Url) -> Trail {
        Trail { url, hops: 0, permanent: true, moved: None }
    }

    /// Where the next request goes.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Where it is to be fetched from in future: the end of the permanent redirects before the
    /// first temporary one.
    pub(super) fn moved(&self) -> Option<&Url> {
        self.moved.as_ref()
    }

    /// Follows a redirect of that status to `location`.
    pub(super) fn follow(&mut self, status: u16, location: &str) -> Result<(), FetchError> {
        let refuse = |message: String| FetchError::new(FetchErrorKind::Redirect, message);
        self.hops += 1;
        if self.hops > MOST {
            return Err(refuse(format!("the address redirects more than {MOST} times")));
        }
        let next = self
            .url
            .join(location)
            .map_err(|error| refuse(format!("it redirects to `{location}`: {error}")))?;
        match (self.url.scheme(), next.scheme()) {
            ("https", "http") => {
                return Err(refuse(format!("it redirects from https to the insecure {next}")));
            }
            (_, "http" | "https") => {}
            (_, other) => return Err(refuse(format!("it redirects to an address of `{other}:`"))),
        }
        self.permanent &= matches!(status, 301 | 308);
        if self.permanent {
            self.moved = Some(next.clone());
        }
        self.url = next;
        Ok(())
    }
}

/// True for the statuses that say where else to look.
pub(super) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail() -> Trail {
        Trail::new("https://a.example/feed".parse().unwrap())
    }

    #[test]
    fn permanent_redirects_are_remembered_up_to_the_first_temporary_one() {
        let mut trail = trail();
        trail.follow(301, "/rss").unwrap();
        trail.follow(308, "https://b.example/rss").unwrap();
        trail.follow(302, "https://cdn.example/1").unwrap();
        trail.follow(301, "https://cdn.example/2").unwrap();
        assert_eq!(trail.url().as_str(), "https://cdn.example/2");
        assert_eq!(trail.moved().unwrap().as_str(), "https://b.example/rss");
    }

    #[test]
    fn a_temporary_redirect_is_not_remembered() {
        let mut trail = trail();
        trail.follow(307, "/elsewhere").unwrap();
        assert_eq!(trail.moved(), None);
    }

    #[test]
    fn redirects_end_and_never_leave_http_or_give_up_tls() {
        let mut circle = trail();
        for _ in 0..MOST {
            circle.follow(302, "/feed").unwrap();
        }
        assert!(circle.follow(302, "/feed").is_err());
        for location in
            ["http://a.example/feed", "file:///etc/passwd", "gopher://a.example/", "https://"]
        {
            assert!(trail().follow(302, location).is_err(), "{location}");
        }
    }
}
