use std::path::Path;

use async_nats::{ClientError, ServerError};

use super::*;
use crate::config::{Config, File, SinkKind};

const SEED: &str = "SUANQDPB2RUOE4ETUA26CNX7FUKE5ZZKFCQIIW63OX225F2CO7UEXTM7ZY";

fn server(folder: &Path, keys: &str) -> NatsServer {
    let text = format!(
        "[[sink.nats]]\nname = \"a\"\nstream = \"OUT\"\nchannels = [\"unrouted\"]\n{keys}\n"
    );
    let config = Config::parse(File::new("f", text), folder).0.unwrap();
    let Some(SinkKind::Nats(sink)) = config.sinks.into_iter().map(|sink| sink.kind).next() else {
        panic!("it is of NATS")
    };
    sink.server
}

#[test]
fn credentials_are_read_whether_or_not_a_line_ends_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path(), "credentials_file = \"desk.creds\"");
    let begin = "-----BEGIN NATS USER JWT-----\neyJ0.eyJq.c2ln\n------END NATS USER JWT------\n\n";
    let end = format!("-----BEGIN USER NKEY SEED-----\n{SEED}\n------END USER NKEY SEED------");
    for text in [format!("{begin}{end}"), format!("{begin}*** IMPORTANT ***\r\n\r\n{end}\n\n***\n")]
    {
        std::fs::write(folder.path().join("desk.creds"), text).unwrap();
        let auth = sign_in(&server, b"nonce", &Said::default()).unwrap();
        assert_eq!(auth.jwt.as_deref(), Some("eyJ0.eyJq.c2ln"));
        assert_eq!(auth.signature.map(|signature| signature.len()), Some(64));
    }
    for text in ["nothing here", begin, &end, &format!("{begin}{}", end.replace("SUA", "XXA"))] {
        std::fs::write(folder.path().join("desk.creds"), text).unwrap();
        let error = sign_in(&server, b"nonce", &Said::default()).err().unwrap();
        let (named, shown) = (error.contains("desk.creds does not hold"), error.contains("QDPB2"));
        assert!(named && !shown, "{error}");
    }
}

#[test]
fn signing_in_reads_the_secret_anew() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path(), "token_file = \"token\"");
    for token in ["first", "second"] {
        std::fs::write(folder.path().join("token"), format!("{token}\n")).unwrap();
        let auth = sign_in(&server, b"", &Said::default()).unwrap();
        assert_eq!(auth.token.as_deref(), Some(token));
    }
}

#[test]
fn an_error_tells_why_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path(), "token_file = \"token\"");
    std::fs::write(folder.path().join("token"), "a-long-token\n").unwrap();
    let said = Said::default();
    sign_in(&server, b"", &said).unwrap();
    assert_eq!(said.why("timed out"), "timed out");

    said.hear("desk", &Event::ServerError(ServerError::Other("no right to a-long-token".into())));
    assert_eq!(said.why("timed out"), "timed out (no right to ***)");
    assert_eq!(said.why("timed out"), "timed out", "a complaint explains one error");

    said.hear("desk", &Event::Disconnected);
    assert_eq!(said.why("timed out"), "timed out (the connection broke)");
    said.hear("desk", &Event::ClientError(ClientError::Other("authorization violation".into())));
    assert_eq!(said.why("timed out"), "timed out (authorization violation)");
    assert_eq!(said.why("timed out"), "timed out (authorization violation)");
    said.hear("desk", &Event::Connected);
    assert_eq!(said.why("timed out"), "timed out");
}
