//! Signatures of the Standard Webhooks convention: HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// Signs with every secret that is in use: while secrets are changed there are two.
pub(super) struct Signer(Vec<hmac::Key>);

const HINT: &str = "a secret is `whsec_` and 24 to 64 bytes in base64, one a line; make one with \
                    `echo whsec_$(openssl rand -base64 32)`";

impl Signer {
    /// Reads secrets, one a line.
    pub(super) fn parse(text: &str) -> Result<Signer, String> {
        let key = |line: &str| {
            let digits = line.strip_prefix("whsec_").unwrap_or(line);
            let bytes = STANDARD.decode(digits).ok().filter(|key| (24..=64).contains(&key.len()));
            let bytes = bytes.ok_or_else(|| format!("the signing secret is none: {HINT}"))?;
            Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
        };
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys = lines.map(key).collect::<Result<Vec<_>, String>>()?;
        if keys.is_empty() {
            return Err(format!("the signing secret is empty: {HINT}"));
        }
        Ok(Signer(keys))
    }

    /// The value of `webhook-signature`.
    pub(super) fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let signature = |key: &hmac::Key| {
            let mut context = hmac::Context::with_key(key);
            for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
                context.update(part);
            }
            format!("v1,{}", STANDARD.encode(context.sign()))
        };
        self.0.iter().map(signature).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the convention's own text.
    #[test]
    fn the_conventions_example_is_signed_as_it_says() {
        let signer = Signer::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let signature =
            signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn two_secrets_give_two_signatures_while_they_are_changed() {
        let one = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let two = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx";
        let sign = |text: &str| Signer::parse(text).unwrap().sign("id", "1", b"{}");
        assert_eq!(sign(&format!("{one}\n{two}")), format!("{} {}", sign(one), sign(two)));
        assert_ne!(sign(one), sign(two));
    }

    #[test]
    fn what_is_no_secret_is_refused_without_being_shown() {
        for wrong in ["", " \n\n", "whsec_", "whsec_short", "hunter2!", "whsec_AAAA"] {
            let error = Signer::parse(wrong).err().unwrap();
            assert!(error.contains("whsec_") && !error.contains("hunter2"), "{error}");
        }
    }
}
