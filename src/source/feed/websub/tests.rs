use super::*;

const TOPIC: &str = "https://a.example/feed";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn links() -> Links {
    let hub = Some("https://hub.example/".to_owned());
    Links { hub, topic: Some(TOPIC.to_owned()) }
}

fn hubs() -> Hubs {
    Hubs::new(Some("https://wire.example/".parse().unwrap()))
}

/// The fields of an ask, and the id of its callback.
fn fields(ask: &Ask) -> (HashMap<String, String>, String) {
    let pairs = url::form_urlencoded::parse(ask.form.as_bytes()).into_owned();
    let fields: HashMap<_, _> = pairs.collect();
    let id = fields["hub.callback"].strip_prefix("https://wire.example/websub/").unwrap();
    let id = id.to_owned();
    (fields, id)
}

fn sign(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, body);
    let digits: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

#[test]
fn a_hub_is_asked_once_and_again_when_half_the_lease_is_over() {
    let hubs = hubs();
    let ask = hubs.ask("a", &links(), at(0)).unwrap();
    let (fields, id) = fields(&ask);
    assert_eq!((ask.hub.as_str(), fields["hub.topic"].as_str()), ("https://hub.example/", TOPIC));
    assert_eq!(hubs.ask("a", &links(), at(60)), None);
    assert_eq!(hubs.holds("a", at(60)), None);
    assert!(hubs.confirm(&id, "subscribe", TOPIC, 86_400, at(60)));
    let held = |second| hubs.holds("a", at(second)).map(|held| held.as_secs());
    assert_eq!(held(60), Some(43_200), "to be asked again at half the lease");
    assert_eq!((held(86_000), held(86_460)), (Some(0), None));
    assert_eq!(hubs.ask("a", &links(), at(43_000)), None);
    let renewal = hubs.ask("a", &links(), at(43_300)).unwrap();
    assert_eq!(renewal.form, ask.form, "the same callback and secret");
}

#[test]
fn a_hub_that_does_not_confirm_is_asked_again_and_one_that_denies_holds_nothing() {
    let hubs = hubs();
    let (_, id) = fields(&hubs.ask("a", &links(), at(0)).unwrap());
    assert!(hubs.ask("a", &links(), at(3_601)).is_some());
    assert!(hubs.confirm(&id, "subscribe", TOPIC, 60, at(0)));
    hubs.deny(&id);
    assert_eq!(hubs.holds("a", at(1)), None);
}

#[test]
fn a_callback_stands_below_the_path_of_the_public_address() {
    for public in ["https://wire.example/desk", "https://wire.example/desk/"] {
        let hubs = Hubs::new(Some(public.parse().unwrap()));
        let ask = hubs.ask("a", &links(), at(0)).unwrap();
        assert!(ask.form.contains("wire.example%2Fdesk%2Fwebsub%2F"), "{}", ask.form);
    }
}

#[test]
fn only_what_was_asked_for_is_confirmed() {
    let hubs = hubs();
    let (_, id) = fields(&hubs.ask("a", &links(), at(0)).unwrap());
    assert!(!hubs.confirm(&id, "subscribe", "https://evil.example/", 60, at(0)));
    assert!(!hubs.confirm(&id, "unsubscribe", TOPIC, 60, at(0)), "we did not ask for that");
    assert!(!hubs.confirm("unknown", "subscribe", TOPIC, 60, at(0)));
    assert!(hubs.confirm("unknown", "unsubscribe", TOPIC, 60, at(0)));
}

#[test]
fn without_a_public_address_or_a_hub_nothing_is_asked() {
    assert_eq!(Hubs::default().ask("a", &links(), at(0)), None);
    assert_eq!(hubs().ask("a", &Links::default(), at(0)), None);
}

#[tokio::test]
async fn a_genuine_notice_reaches_the_poller_and_a_forged_one_does_not() {
    let hubs = hubs();
    let (fields, id) = fields(&hubs.ask("a", &links(), at(0)).unwrap());
    let secret = &fields["hub.secret"];
    assert_eq!(hubs.notice("unknown", b"news", &sign(secret, b"news")), None);
    for forged in
        ["", "sha256=", "sha256=zz", "md5=00", &sign("guess", b"news"), &sign(secret, b"other")]
    {
        assert_eq!(hubs.notice(&id, b"news", forged), Some(false), "{forged}");
    }
    assert!(!hubs.has_notice());
    assert_eq!(hubs.notice(&id, b"news", &sign(secret, b"news")), Some(true));
    assert_eq!(hubs.noticed().await, HashSet::from(["a".to_owned()]));
}
