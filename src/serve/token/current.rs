//! The tokens in force. A reload reads them again: one that is gone, or may do something else now, is
//! refused from then on, and what listens with it is let go.

use std::sync::{PoisonError, RwLock};

use tracing::{error, info};

use super::{Grant, Tokens};
use crate::serve::App;

/// The tokens in force.
pub(in crate::serve) struct Current(RwLock<Tokens>);

impl Current {
    pub(in crate::serve) fn new(tokens: Tokens) -> Current {
        Current(RwLock::new(tokens))
    }

    /// What a token grants.
    pub(super) fn grant(&self, token: &str) -> Option<Grant> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).grant(token).cloned()
    }

    /// Puts others in the place of all. Whoever listens with one that stays as it was notices nothing.
    fn replace(&self, mut tokens: Tokens) {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (digest, before) in &current.0 {
            let same = tokens.0.iter_mut().find(|(known, _)| known == digest);
            match same.filter(|(_, grant)| grant.rights() == before.rights()) {
                Some((_, grant)) => grant.ended = before.ended.clone(),
                None => before.ended.cancel(),
            }
        }
        *current = tokens;
    }
}

/// Reads the tokens again whenever a configuration was taken up. Where that fails, all stay as they
/// are.
pub(in crate::serve) async fn follow(app: App) {
    let mut told = app.told.clone();
    loop {
        tokio::select! {
            changed = told.changed() => if changed.is_err() { return },
            () = app.context.stop.cancelled() => return,
        }
        let config = told.borrow_and_update().clone();
        // Without [serve] it goes on as it was started.
        let Some(serve) = &config.serve else { continue };
        match Tokens::load(serve) {
            Ok(tokens) => {
                info!(tokens = tokens.0.len(), "the tokens were read again");
                app.tokens.replace(tokens);
            }
            Err(error) => error!("the tokens could not be read again, the old ones stay: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Tokens {
        let mut tokens = Tokens(Vec::new());
        tokens.add_all(text.to_owned(), None).unwrap();
        tokens
    }

    #[test]
    fn a_token_that_is_gone_or_means_another_ends_and_one_that_stays_does_not() {
        let current =
            Current::new(tokens("a aaaaaaaaaaaaaaaa\nb bbbbbbbbbbbbbbbb\nc cccccccccccccccc"));
        let grant = |token: &str| current.grant(&token.repeat(16));
        let [a, b, c] = ["a", "b", "c"].map(|token| grant(token).unwrap());
        current.replace(tokens("other bbbbbbbbbbbbbbbb\nc cccccccccccccccc\nd dddddddddddddddd"));
        assert!(a.ended.is_cancelled() && grant("a").is_none());
        assert!(b.ended.is_cancelled(), "it has another name");
        assert_eq!(&*grant("b").unwrap().name, "other");
        assert!(!c.ended.is_cancelled() && grant("d").is_some());
        current.replace(tokens("d dddddddddddddddd"));
        assert!(c.ended.is_cancelled(), "it stayed once, and is gone now");
    }
}
