//! Encryption to a NATS server: certificates are verified, against one's own authority if need be.

use std::path::{Path, PathBuf};
use std::process::Command;

use async_nats::ConnectOptions;
use async_nats::jetstream::{self, stream};

use crate::delivery::{desk, put};
use crate::server::{Kind, Server};

/// An authority, and a server's certificate for 127.0.0.1 that it has signed. `None` without
/// `openssl`, which is said; with `CI` set, that is a failure.
fn certificates(folder: &Path) -> Option<[PathBuf; 3]> {
    if Command::new("openssl").arg("version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "openssl is not installed, and CI is set");
        wirefold::terminal::note("skipped: openssl is not installed");
        return None;
    }
    std::fs::write(folder.join("ext"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
        .unwrap();
    for line in [
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem \
         -days 2 -subj /CN=desk-authority",
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out request \
         -subj /CN=broker",
        "x509 -req -in request -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 \
         -extfile ext",
    ] {
        let made =
            Command::new("openssl").args(line.split_whitespace()).current_dir(folder).output();
        let made = made.unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    Some(["ca.pem", "cert.pem", "key.pem"].map(|name| folder.join(name)))
}

#[test]
fn a_certificate_is_trusted_by_its_authority_and_not_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let Some([authority, certificate, key]) = certificates(folder.path()) else { return };
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (certificate, key) = (path(&certificate), path(&key));
    let args = ["--tls", "--tlscert", certificate.as_str(), "--tlskey", key.as_str()];
    let Some(server) = Server::start_with(Kind::Nats, &args) else { return };
    let address = server.address;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stored = || {
        let authority = authority.clone();
        runtime.block_on(async move {
            let options = ConnectOptions::new().add_root_certificates(authority).require_tls(true);
            let client = options.connect(address.to_string()).await.unwrap();
            let subjects = vec!["wirefold.>".to_owned()];
            let config = stream::Config { name: "OUT".to_owned(), subjects, ..Default::default() };
            let stream = jetstream::new(client).get_or_create_stream(config).await.unwrap();
            stream.cached_info().state.messages
        })
    };
    assert_eq!(stored(), 0);
    let sink = |more: &str| {
        format!(
            "[[sink.nats]]\nname = \"hub\"\nchannels = [\"all\"]\nurl = \"tls://{address}\"\n\
             stream = \"OUT\"\n{more}"
        )
    };

    let stranger = desk(&sink(""));
    put(&stranger, 0..1);
    let mut daemon = stranger.daemon();
    daemon.until("it refuses", || {
        let log = stranger.read("daemon.log").to_lowercase();
        log.contains("certificate") || log.contains("unknownissuer")
    });
    daemon.kill();
    assert_eq!(stored(), 0);

    let friend = desk(&sink(&format!("ca_file = \"{}\"\n", authority.display())));
    put(&friend, 0..1);
    let mut daemon = friend.daemon();
    daemon.until("it is in the stream", || stored() == 1);
    daemon.stop();
}
