//! What a server said, without the secrets it was told: some repeat the address they were asked at,
//! or the command they refuse, and what they say is logged, stored and shown.

use std::collections::HashSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use url::{Position, Url, form_urlencoded};

/// Characters in a row that give a long secret away.
const TELLING: usize = 8;
/// A shorter part of an address is no secret by itself.
const SHORTEST_PART: usize = 4;
/// Stands for what is hidden.
const HIDDEN: &str = "***";

/// Secrets that are not to be shown. Nothing of them can be got out again but through [`Veil::over`].
#[derive(Clone, Default)]
pub(crate) struct Veil {
    /// Every [`TELLING`] characters of the longer ones.
    runs: HashSet<Vec<char>>,
    /// The shorter ones, which are hidden as whole words.
    words: HashSet<Vec<char>>,
}

impl Veil {
    /// Hides all of an address behind its host and port, as a whole and in parts, and its password.
    pub(crate) fn hide_address(&mut self, url: &Url) {
        let path = url.path();
        let sent = &url[Position::BeforePath..Position::AfterQuery];
        for whole in [path, sent].into_iter().filter(|whole| *whole != "/") {
            self.hide(whole);
        }
        let segments = path.split('/').map(unescaped);
        let values = url.query_pairs().map(|(_, value)| value.into_owned());
        let fragment = url.fragment().map(unescaped);
        segments
            .chain(values)
            .chain(fragment)
            .filter(|part| part.chars().count() >= SHORTEST_PART)
            .for_each(|part| self.hide(&part));
        if let Some(password) = url.password() {
            self.hide_login(&unescaped(url.username()), &unescaped(password));
        }
    }

    /// Hides a password, also as HTTP (`Basic`) and SMTP (`AUTH PLAIN` and `LOGIN`) send it with its
    /// user.
    pub(crate) fn hide_login(&mut self, user: &str, password: &str) {
        self.hide(password);
        for sent in
            [password.to_owned(), format!("{user}:{password}"), format!("\0{user}\0{password}")]
        {
            self.hide(BASE64_STANDARD.encode(sent).trim_end_matches('='));
        }
    }

    /// Hides `secret`, as it is, with its escapes of URLs undone, and with them made.
    pub(crate) fn hide(&mut self, secret: &str) {
        let escaped: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for form in [secret.to_owned(), unescaped(secret), escaped] {
            let form: Vec<char> = form.chars().filter_map(folded).collect();
            if form.len() < TELLING {
                self.words.insert(form);
            } else {
                self.runs.extend(form.windows(TELLING).map(<[char]>::to_vec));
            }
        }
        self.words.remove(&[][..]);
    }

    /// `text` with `***` for each secret in it, also for a part of one, in other case, or with the
    /// backslashes of JSON.
    pub(crate) fn over(&self, text: &str) -> String {
        let seen = text.char_indices().filter_map(|(at, c)| Some((at, folded(c)?)));
        let (places, seen): (Vec<usize>, Vec<char>) = seen.unzip();
        let mut hidden = vec![false; seen.len()];
        for (n, run) in seen.windows(TELLING).enumerate() {
            if self.runs.contains(run) {
                hidden[n..n + TELLING].fill(true);
            }
        }
        for word in &self.words {
            for (n, found) in seen.windows(word.len()).enumerate() {
                if found == word.as_slice() && is_whole(&seen, n, word.len()) {
                    hidden[n..n + word.len()].fill(true);
                }
            }
        }
        let mut shown = String::with_capacity(text.len());
        let mut n = 0;
        for (at, c) in text.char_indices() {
            // A backslash goes with the character behind it.
            let here = hidden.get(n).is_some_and(|hidden| *hidden);
            let goes_on = here && n > 0 && hidden[n - 1];
            if places.get(n) == Some(&at) {
                n += 1;
                match (here, goes_on) {
                    (true, true) => {}
                    (true, false) => shown.push_str(HIDDEN),
                    (false, _) => shown.push(c),
                }
            } else if !here {
                shown.push(c);
            }
        }
        shown
    }
}

/// How characters are compared. `None`: it is passed over.
fn folded(c: char) -> Option<char> {
    (c != '\\').then(|| c.to_ascii_lowercase())
}

/// No letter or digit goes on at either end of the `length` characters from `start`.
fn is_whole(text: &[char], start: usize, length: usize) -> bool {
    let joined = |left: usize| {
        text.get(left..left + 2).is_some_and(|pair| pair.iter().all(|c| c.is_alphanumeric()))
    };
    !(start.checked_sub(1).is_some_and(joined) || joined(start + length - 1))
}

/// Without the escapes of URLs.
fn unescaped(text: &str) -> String {
    let value = format!("={}", text.replace('+', "%2B").replace('&', "%26"));
    let parsed = form_urlencoded::parse(value.as_bytes()).next();
    parsed.map_or_else(String::new, |(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Veil {
        let mut veil = Veil::default();
        veil.hide_address(&address.parse().unwrap());
        veil
    }

    #[track_caller]
    fn case(veil: &Veil, said: &str, shown: &str) {
        assert_eq!(veil.over(said), shown, "{said}");
    }

    #[test]
    fn an_address_that_is_repeated_is_not_shown() {
        let slack = of("https://hooks.example/services/T00/B00/XyZsecretToken?key=abc1&v=1");
        case(
            &slack,
            "Cannot POST /services/T00/B00/XyZsecretToken?key=abc1&v=1",
            "Cannot POST ***",
        );
        case(&slack, "Cannot POST /services/T00/B00/XyZsecretToken", "Cannot POST ***");
        case(&slack, r#"{"path":"\/services\/T00\/B00\/XyZsecretToken"}"#, r#"{"path":"***"}"#);
        case(&slack, "?at=%2fservices%2fT00%2fB00%2fXyZsecretToken&", "?at=***&");
        case(&slack, r#"{"args":{"key":"abc1","v":"1"}}"#, r#"{"args":{"key":"***","v":"1"}}"#);
        case(&slack, "/SERVICES/T00/B00/XYZSECRETTOKEN", "***");
        case(&slack, "no token XyZsecretTo… here", "no token ***… here");
        case(&slack, "Привет, XyZsecretToken, \u{1f6a8}", "Привет, ***, \u{1f6a8}");
    }

    #[test]
    fn an_escaped_address_is_known_without_its_escapes() {
        let veil = of("https://a.example/hook/a%20b+c%2Fsecret%2Bword");
        case(&veil, "GET /hook/a b+c/secret+word", "GET ***");
        case(&veil, "GET /hook/a%20b+c%2Fsecret%2Bword", "GET ***");
    }

    #[test]
    fn a_token_is_known_without_what_stands_before_it() {
        let telegram = of("https://api.telegram.org/bot110201543:AAHdqTcvCH1vGWJxf/sendMessage");
        case(&telegram, "no bot 110201543:AAHdqTcvCH1vGWJxf", "no bot ***");
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        let slack = of("https://hooks.example/services/T00/B00/XyZsecretToken");
        for said in ["invalid_payload", "no_service", "Unknown Webhook", r"C:\temp\new", "", "\\"] {
            case(&slack, said, said);
        }
        let bare = of("https://a.example");
        case(&bare, "POST / is not allowed", "POST / is not allowed");
        let short = of("https://a.example/hook");
        case(&short, "the webhook /hook of hook", "the webhook *** of ***");
    }

    #[test]
    fn credentials_are_hidden_as_they_are_sent_too() {
        let mut veil = Veil::default();
        veil.hide_login("desk@example.org", "s3cr");
        for sent in ["desk@example.org:s3cr", "\0desk@example.org\0s3cr", "s3cr"] {
            let said = format!("535 bad: {}", BASE64_STANDARD.encode(sent));
            let shown = veil.over(&said);
            assert!(shown.trim_end_matches('=').ends_with("bad: ***"), "{shown}");
        }
        case(
            &veil,
            "s3cr is not the password of desk@example.org",
            "*** is not the password of desk@example.org",
        );
        let mut veil = Veil::default();
        veil.hide_login("desk", "correct \"horse\" \\battery");
        case(&veil, r#"{"p":"correct \"horse\" \\battery"}"#, r#"{"p":"***"}"#);
        let veil = of("https://desk:hunter2@a.example/");
        case(&veil, "no hunter2 here", "no *** here");
    }

    #[test]
    fn nothing_is_hidden_that_is_nothing() {
        let mut veil = Veil::default();
        veil.hide("");
        veil.hide("\\");
        case(&veil, "a b", "a b");
        case(&veil, "", "");
    }
}
