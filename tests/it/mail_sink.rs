//! Digests by mail: what came is told once, under an id that stays the same.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;

use crate::delivery::{desk, put};
use crate::machine::Machine;
use crate::support::{Desk, unlike_any_other};

/// A mail server that keeps what it takes. Its thread ends with the test's process.
struct MailServer {
    address: SocketAddr,
    mails: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// A server that puts the first `refusals` mails off after it has read them.
    fn start(refusals: usize) -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = mails.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that breaks off has sent nothing.
                let _ = session(&stream.unwrap(), &kept, refusals);
            }
        });
        MailServer { address, mails }
    }

    fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }
}

fn session(stream: &TcpStream, mails: &Mutex<Vec<String>>, refusals: usize) -> std::io::Result<()> {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    writer.write_all(b"220 desk\r\n")?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        let answer = match line.split([' ', '\r']).next().unwrap_or_default() {
            "EHLO" => "250-desk\r\n250 8BITMIME\r\n",
            "DATA" => {
                writer.write_all(b"354 go on\r\n")?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    reader.read_line(&mut mail)?;
                }
                let mut mails = mails.lock().unwrap();
                mails.push(mail);
                if mails.len() <= refusals { "451 later\r\n" } else { "250 taken\r\n" }
            }
            "QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
        writer.write_all(answer.as_bytes())?;
        line.clear();
    }
    Ok(())
}

fn desk_for(server: &MailServer, rhythm: &str) -> Desk {
    let address = server.address;
    desk(&format!(
        "[[sink.mail]]\nname = \"digest\"\nchannels = [\"all\", \"rejected\"]\n\
         url = \"smtp://{address}\"\nsender = \"Wire <wire@example.org>\"\n\
         to = [\"desk@example.org\"]\n{rhythm}\n"
    ))
}

fn header<'m>(mail: &'m str, name: &str) -> &'m str {
    mail.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
}

#[test]
fn a_digest_tells_each_story_once_and_silence_sends_nothing() {
    let server = MailServer::start(0);
    let desk = desk_for(&server, "every = \"1s\"");
    let mut daemon = desk.daemon();
    put(&desk, 0..3);
    let told = |number| {
        let times =
            server.mails().iter().filter(|mail| mail.contains(&unlike_any_other(number))).count();
        (times, number)
    };
    daemon.until("all is told", || (0..3).all(|number| told(number).0 > 0));
    let before = server.mails().len();
    put(&desk, 3..4);
    daemon.until("the next is told", || told(3).0 > 0);
    daemon.stop();
    let mails = server.mails();
    assert_eq!(mails.len(), before + 1, "the seconds between were silent");
    assert!((0..4).all(|number| told(number).0 == 1), "each is in one mail");
    let last = mails.last().unwrap();
    assert_eq!(header(last, "Subject"), "all: 1 new story");
    assert_eq!(header(last, "To"), "desk@example.org");
    assert!(last.contains("multipart/alternative"), "{last}");
    assert!(last.contains("text/plain") && last.contains("text/html"), "{last}");
}

#[test]
fn digests_go_on_whichever_way_the_clock_is_set() {
    let server = MailServer::start(0);
    let desk = desk_for(&server, "every = \"2s\"");
    let Some(machine) = Machine::of(&desk) else { return };
    let mut daemon = machine.daemon(&desk);
    let days = |days: i64| SignedDuration::from_hours(24 * days).as_secs();
    for (number, ahead) in [(0, 0), (1, days(30)), (2, days(-400)), (3, 0)] {
        machine.set("clock", ahead);
        put(&desk, number..number + 1);
        let headline = unlike_any_other(number);
        daemon.until("it is told", || server.mails().iter().any(|it| it.contains(&headline)));
    }
    daemon.stop();
    let mails = server.mails();
    assert_eq!(mails.len(), 4, "each is told once, and what was skipped brings no empty ones");
    for (number, mail) in mails.iter().enumerate() {
        assert!(mail.contains(&unlike_any_other(number as u64)), "in the order in which they came");
    }
}

#[test]
fn a_digest_that_is_put_off_is_sent_again_under_its_id_also_after_a_kill() {
    let server = MailServer::start(2);
    let desk = desk_for(&server, "every = \"1s\"");
    put(&desk, 0..1);
    let mut daemon = desk.daemon();
    daemon.until("it was sent", || !server.mails().is_empty());
    daemon.kill();
    put(&desk, 1..2);
    let mut daemon = desk.daemon();
    daemon.until("both are taken", || {
        let taken = server.mails().split_off(server.mails().len().min(2));
        (0..2).all(|number| taken.iter().any(|mail| mail.contains(&unlike_any_other(number))))
    });
    daemon.stop();
    let mails = server.mails();
    let ids: Vec<_> = mails.iter().map(|mail| header(mail, "Message-ID")).collect();
    assert!(ids[0].starts_with("<all.2-3.") && ids[0].ends_with("@example.org>"), "{ids:?}");
    assert!(ids[..3].iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_ne!(ids[3], ids[0]);
    let date = |mail: &String| header(mail, "Date").to_owned();
    assert_eq!(date(&mails[0]), date(&mails[2]), "it is the same mail");
}

#[test]
fn a_digest_that_is_refused_for_good_pauses_the_sink_and_says_so() {
    // Nobody speaks SMTP here: the connection is closed at once, which may pass.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.unwrap().write_all(b"554 not here\r\n");
        }
    });
    let server = MailServer { address, mails: Arc::default() };
    let desk = desk_for(&server, "every = \"1s\"");
    put(&desk, 0..1);
    let mut daemon = desk.daemon();
    daemon.until("it pauses", || {
        desk.read("daemon.log").contains("paused until `wirefold sinks resume digest`")
    });
    daemon.stop();
}
