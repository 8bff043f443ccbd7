//! Inputs that are not of one piece: noise before documents and between messages, several services on
//! one line.

use super::*;

const ANPA: &str = include_str!("../../../tests/data/format/anpa.tst");
const IPTC7901: &str = include_str!("../../../tests/data/format/iptc7901.txt");
const NITF: &str = include_str!("../../../tests/data/format/nitf.xml");
const NEWSML: &str = include_str!("../../../tests/data/format/newsml-1.xml");

/// The headlines of an input, and a full stop for every reject.
#[track_caller]
fn told(text: &str) -> Vec<String> {
    let told = |records: Vec<Record>| -> Vec<String> {
        records.into_iter().map(|it| it.map_or(".".to_owned(), |item| item.headline)).collect()
    };
    let whole = told(parse(Format::Auto, text.as_bytes(), &options()));
    for (chunk, endless) in [(1, false), (7, true), (100, true)] {
        let mut parser = Parser::new(Format::Auto, Options { endless, ..options() });
        let mut out = Vec::new();
        text.as_bytes().chunks(chunk).for_each(|piece| parser.feed(piece, &mut out));
        parser.finish(&mut out);
        assert_eq!(told(out), whole, "{text:?} in chunks of {chunk}");
    }
    whole
}

const BRIDGE: &str = "Harbour bridge reopens after storm";
const DOCKERS: &str = "Dockers vote to go on with their strike";

#[test]
fn a_line_of_noise_does_not_make_a_document_a_page() {
    for (document, headline) in [(ANPA, BRIDGE), (IPTC7901, DOCKERS)] {
        assert_eq!(told(&format!("CHECK CIRCUIT\r\n{document}")), [".", headline]);
        assert_eq!(told(&format!("\r\n\r\n\u{7}CHECK CIRCUIT\r\n{document}")), [".", headline]);
    }
    let headline = &items(Format::Nitf, NITF.as_bytes())[0].headline;
    assert_eq!(told(&format!("CHECK CIRCUIT\n{NITF}")), [".", headline]);
    assert_eq!(told(&format!("\n\n\u{FEFF}{NITF}")), [headline.as_str()]);
    let letters = "ZCZC\nEXA0123 7 CRO 0 RTS\n\nBridge reopens =\n     It opened.\nNNNN\n";
    assert_eq!(told(&format!("CHECK CIRCUIT\n{letters}")), [".", "Bridge reopens"]);
}

#[test]
fn a_page_that_goes_on_is_a_page() {
    let page = "Ferry late & full\n<HBO> to sell docks\n2 < 3, says Ilvana\n";
    assert_eq!(told(page), ["Ferry late & full", "<HBO> to sell docks", "2 < 3, says Ilvana"]);
    let before = "Ferry late\nFerry early\n";
    assert_eq!(told(&format!("{before}{IPTC7901}")), ["Ferry late", "Ferry early", DOCKERS]);
}

#[test]
fn a_character_of_a_circuit_in_a_headline_does_not_end_its_page() {
    for mark in ["\u{1}", "\u{2}", "\u{16}"] {
        let odd = format!("Bank raises{mark} its rate");
        for page in [[&odd, "Ferry late", "Docks full"], ["Ferry late", &odd, "Docks full"]] {
            assert_eq!(told(&format!("{}\n", page.join("\n"))), page);
            let long = format!("{}{mark} late", "ferry ".repeat(2_000));
            assert_eq!(told(&format!("{long}\n{}\n", page.join("\n")))[1..], page);
        }
        let many = format!("{odd}\n").repeat(1_000);
        assert_eq!(parse(Format::Auto, many.as_bytes(), &options()).len(), 1_000);
    }
}

/// What a line gives out that goes on for ever, after each piece and a pause.
fn given(pieces: &[&str]) -> Vec<usize> {
    let mut parser = Parser::new(Format::Auto, Options { endless: true, ..options() });
    let given = |piece: &&str| {
        let mut out = Vec::new();
        parser.feed(piece.as_bytes(), &mut out);
        parser.flush(&mut out);
        assert!(out.iter().all(Result::is_ok), "{out:?}");
        out.len()
    };
    pieces.iter().map(given).collect()
}

#[test]
fn a_still_line_gives_out_a_headline_that_has_a_character_of_a_circuit() {
    let (begin, end) = IPTC7901.split_at(IPTC7901.len() / 2);
    for mark in ["\u{1}", "\u{2}", "\u{16}"] {
        let page = format!("Ferry late\nBank raises{mark} its rate\nDocks full\n");
        assert_eq!(given(&[&page, begin, end]), [3, 0, 1], "{mark:?}");
    }
    let flash = "\u{2}FLASH\u{3}\r\n";
    assert_eq!(given(&["Ferry late\n", flash, "Docks full\n"]), [1, 1, 1]);
    let filler = "\u{16}\u{16}\r\n";
    assert_eq!(given(&["Ferry late\n", filler, "Docks full\n"]), [1, 0, 1]);
    assert_eq!(given(&["Ferry late\n", filler, ANPA]), [1, 0, 1]);
}

#[test]
fn one_line_may_carry_two_services() {
    assert_eq!(told(&format!("{IPTC7901}{ANPA}{IPTC7901}")), [DOCKERS, BRIDGE, DOCKERS]);
    assert_eq!(told(&format!("{ANPA}{IPTC7901}{ANPA}")), [BRIDGE, DOCKERS, BRIDGE]);
}

#[test]
fn a_message_that_lost_its_start_is_a_reject() {
    let lost = IPTC7901.trim_start_matches('\u{1}');
    assert_eq!(told(&format!("{IPTC7901}{lost}{IPTC7901}")), [DOCKERS, ".", DOCKERS]);
    let records = parse(Format::Iptc7901, format!("{lost}{IPTC7901}").as_bytes(), &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, 0)]);
    assert!(records[1].is_ok());
}

#[test]
fn zero_bytes_and_del_fill_time_on_a_circuit() {
    for (document, headline) in [(ANPA, BRIDGE), (IPTC7901, DOCKERS)] {
        for fill in ["\r\n\0\0", "\r\n\u{7F}\u{7F}"] {
            let filled = document.replace("\r\n", fill);
            let item = items(Format::Auto, filled.as_bytes()).remove(0);
            assert_eq!(item.headline, headline, "{filled:?}");
            assert!(
                item.body
                    .is_some_and(|body| !body.contains(char::is_control) || body.contains('\n'))
            );
        }
        let padded = format!("{}{document}", "\0".repeat(40));
        assert_eq!(items(Format::Auto, padded.as_bytes()).len(), 1, "{headline}");
    }
    let short = format!("{}Ferry late\n", "\0".repeat(40));
    assert_eq!(told(&short), ["Ferry late"]);
}

#[test]
fn the_reason_of_a_reject_does_not_contradict_its_offset() {
    let cut = "\u{1}exa1 4 i 2\r\nQuay/\r\n\u{2}Quay =\r\n";
    let text = format!("{IPTC7901}{cut}{IPTC7901}");
    let options = Options { endless: true, ..options() };
    let mut parser = Parser::new(Format::Auto, options);
    let mut out = Vec::new();
    text.as_bytes().chunks(50).for_each(|piece| parser.feed(piece, &mut out));
    parser.finish(&mut out);
    let reject = out[1].as_ref().expect_err("it is cut");
    let end = (IPTC7901.len() + cut.len()) as u64;
    assert_eq!(reject.offset, Some(end));
    assert!(
        reject.reason.starts_with(&format!("The message breaks off after {} bytes", cut.len()))
    );
}

#[test]
fn a_second_document_of_another_format_is_a_reject() {
    let headline = &items(Format::Newsml1, NEWSML.as_bytes())[0].headline;
    assert_eq!(told(&format!("{NEWSML}\n<nitf><body/></nitf>\n")), [headline, "."]);
    assert_eq!(told(&format!("{NEWSML}\n<!-- end -->\n")), [headline.as_str()]);
}

#[test]
fn items_within_an_item_are_those_of_a_package() {
    let start = NEWSML.find("<NewsItem ").expect("an item");
    let end = NEWSML.find("</NewsItem>").expect("its end") + "</NewsItem>".len();
    let one = &NEWSML[start..end];
    let other = one.replace("EX-1", "EX-2").replace("reopen", "close");
    let package = format!(
        "<NewsML><NewsItem><NewsComponent>{one}{other}</NewsComponent></NewsItem></NewsML>"
    );
    let items = items(Format::Newsml1, package.as_bytes());
    let uris: Vec<_> = items.iter().filter_map(|item| item.uri.as_deref()).collect();
    assert_eq!(
        uris,
        ["urn:newsml:example.org:20261123:EX-1", "urn:newsml:example.org:20261123:EX-2"]
    );
    assert_eq!(items[1].headline, "Harbour bridge & tunnel close");
}
