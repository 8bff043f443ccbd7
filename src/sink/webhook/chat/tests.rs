use super::*;

const CHATS: [Template; 5] =
    [Template::Slack, Template::Teams, Template::Discord, Template::Telegram, Template::Mattermost];

fn message(title: &str) -> Message {
    Message {
        label: "UPDATE",
        title: title.to_owned(),
        facts: vec!["Coast Wire".to_owned(), "harbour".to_owned()],
        link: Some("https://coast.example/ferry?a=1&b=2".parse().unwrap()),
    }
}

/// Every text that a body shows.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(values) => values.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_message_says_what_who_and_where() {
    for template in CHATS {
        let body = render(template, Some("@desk"), &[message("Ferry leaves the old harbour")]);
        let all = texts(&body).join("\n");
        for part in ["UPDATE", "Ferry leaves the old harbour", "Coast Wire", "coast.example/ferry"]
        {
            assert!(all.contains(part), "{template:?}: no {part:?} in {body}");
        }
    }
}

#[test]
fn bodies_have_the_keys_that_their_chats_ask_for() {
    let of = |template| render(template, Some("-100123"), &[message("Ferry leaves")]);
    assert_eq!(
        of(Template::Slack)["text"],
        "[UPDATE] *Ferry leaves*\nCoast Wire · harbour\nhttps://coast.example/ferry?a=1&amp;b=2"
    );
    assert_eq!(
        of(Template::Discord)["content"],
        "[UPDATE] **Ferry leaves**\nCoast Wire · harbour\nhttps://coast.example/ferry?a=1&b=2"
    );
    assert_eq!(of(Template::Discord)["allowed_mentions"]["parse"], json!([]));
    let telegram = of(Template::Telegram);
    assert_eq!(
        (&telegram["chat_id"], &telegram["parse_mode"]),
        (&json!("-100123"), &json!("HTML"))
    );
    assert!(telegram["text"].as_str().unwrap().starts_with("[UPDATE] <b>Ferry leaves</b>\n"));
    assert!(of(Template::Mattermost)["text"].is_string());
    let card = &of(Template::Teams)["attachments"][0]["content"];
    assert_eq!(card["type"], "AdaptiveCard");
    assert_eq!(card["actions"][0]["url"], "https://coast.example/ferry?a=1&b=2");
}

#[test]
fn nobody_is_mentioned_and_nothing_is_marked_up_by_what_a_wire_sends() {
    let hostile = "@everyone @here <!channel> <@U024BE7LH> <at>Ann</at> @desk_bot [x](http://evil) \
                   <b>bold</b> <a href=\"http://evil\">x</a> {{DATE(2026)}}";
    for template in CHATS {
        let body = render(template, None, &[message(hostile)]);
        let all = texts(&body).join("\n");
        let marks: &[&str] = match template {
            Template::Slack | Template::Telegram => &["<a href", "<at>"],
            Template::Discord | Template::Mattermost => &["[x](", "<at>"],
            _ => &["[x](", "<at>", "{{DATE"],
        };
        for forbidden in ["@everyone", "@here", "<!channel>", "<@U", "@desk"].iter().chain(marks) {
            assert!(!all.contains(forbidden), "{template:?}: {forbidden:?} in {all}");
        }
    }
    let telegram = render(Template::Telegram, None, &[message("<b>bold</b>")]);
    assert!(telegram["text"].as_str().unwrap().contains("<b>&lt;b&gt;bold"));
}

#[test]
fn no_message_is_longer_than_its_chat_takes() {
    for title in ["x".repeat(50_000), "🚨".repeat(30_000), "<".repeat(30_000), "*".repeat(30_000)]
    {
        for (template, key, dialect) in [
            (Template::Slack, "text", &SLACK),
            (Template::Discord, "content", &DISCORD),
            (Template::Mattermost, "text", &MATTERMOST),
            (Template::Telegram, "text", &TELEGRAM),
        ] {
            for count in [1, 5] {
                let messages = vec![message(&title); count];
                let body = render(template, None, &messages);
                let text = body[key].as_str().unwrap();
                let length = (dialect.length)(text);
                assert!(length <= dialect.limit, "{template:?}: {length}");
                assert!(length > dialect.limit / 3, "{template:?} cut too much: {length}");
                assert!(text.contains('…') && text.contains("coast.example"), "{template:?}");
            }
        }
        let card = render(Template::Teams, None, &[message(&title)]).to_string();
        assert!(card.len() < 28_000, "{}", card.len());
    }
}

#[test]
fn a_digest_of_long_links_fits_and_tells_every_headline() {
    let headlines: Vec<_> = (0..10).map(|n| format!("Ferry {n} leaves the harbour")).collect();
    for (length, facts) in [(150, 20), (300, 20), (1_000, 100), (1_000, 1_000)] {
        let long = |title: &String| Message {
            link: format!("https://coast.example/{}", "x".repeat(length)).parse().ok(),
            facts: vec!["f".repeat(facts)],
            ..message(title)
        };
        let messages: Vec<_> = headlines.iter().map(long).collect();
        let body = render(Template::Discord, None, &messages);
        let text = body["content"].as_str().unwrap();
        assert!(utf16(text) <= DISCORD.limit, "links of {length}: {}", utf16(text));
        for headline in &headlines {
            assert!(text.contains(headline), "links of {length}: no {headline:?} in {text}");
        }
        // A link is whole or not there.
        let mut links = text.lines().filter(|line| line.starts_with("https://"));
        assert!(links.all(|link| link.len() == length + 22), "{text}");
    }
    let crowd = vec![message(&"*".repeat(500)); 600];
    let body = render(Template::Discord, None, &crowd);
    assert!(utf16(body["content"].as_str().unwrap()) <= DISCORD.limit);
}

#[test]
fn what_a_short_message_leaves_is_for_the_others() {
    let mut long = message("Ferry leaves the old harbour");
    long.link = format!("https://coast.example/{}", "x".repeat(900)).parse().ok();
    let messages = [message("Ferry"), message("Ferry"), long];
    let body = render(Template::Discord, None, &messages);
    assert!(body["content"].as_str().unwrap().contains(&"x".repeat(900)), "{body}");
}
