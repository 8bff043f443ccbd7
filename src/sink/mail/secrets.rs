//! What a mail server says is told and stored. Some servers repeat what they were told.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// So much of a secret gives it away.
const TELLING: usize = 8;

/// What must not be told, as it goes over the line and in plain.
pub(super) struct Secrets {
    forms: Vec<String>,
}

impl Secrets {
    pub(super) fn new(user: &str, password: Option<&str>) -> Secrets {
        let forms = password.map_or_else(Vec::new, |password| {
            let login = format!("\0{user}\0{password}");
            vec![password.to_owned(), STANDARD.encode(password), STANDARD.encode(login)]
        });
        Secrets { forms }
    }

    /// `text` without the words that hold a part of a secret.
    pub(super) fn hide(&self, text: &str) -> String {
        let words = text.split_inclusive(char::is_whitespace);
        let shown = words.map(|word| match self.forms.iter().any(|form| tells(word, form)) {
            true => "[hidden] ",
            false => word,
        });
        shown.collect::<String>().trim_end().to_owned()
    }
}

/// Whether a word holds a telling part of a secret.
fn tells(word: &str, secret: &str) -> bool {
    let size = secret.len().min(TELLING);
    size > 0
        && secret
            .as_bytes()
            .windows(size)
            .any(|part| word.as_bytes().windows(size).any(|within| within == part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_repeats_of_a_login_is_not_told() {
        let secrets = Secrets::new("desk@example.org", Some("hunter2-hunter2"));
        let login = STANDARD.encode("\0desk@example.org\0hunter2-hunter2");
        for repeated in [
            format!("<{login}>"),
            login[..20].to_owned(),
            format!("\"{}\"", STANDARD.encode("hunter2-hunter2")),
            "hunter2-hunter2".to_owned(),
        ] {
            let said = secrets.hide(&format!("535 5.7.8 AUTH PLAIN {repeated} is no good"));
            assert_eq!(said, "535 5.7.8 AUTH PLAIN [hidden] is no good");
        }
        assert_eq!(Secrets::new("", None).hide("550 no such user"), "550 no such user");
    }
}
