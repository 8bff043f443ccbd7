use super::build::{MAX_DEPTH, MAX_NODES};
use super::*;

const REPAIR: Repair = Repair { records: &["item"], leaves: &["title", "link"] };

/// Texts of the titles of all items.
#[track_caller]
fn case(text: &str, expected: &[&str]) {
    let tree = Tree::parse(text, REPAIR);
    let titles: Vec<String> = tree
        .all(&["item"])
        .map(|item| item.child("title").and_then(Element::line).unwrap_or_default())
        .collect();
    assert_eq!(titles, expected, "{text}");
}

#[test]
fn well_formed_text_is_read_as_it_stands() {
    case(
        "<r><item><title>A &amp; b</title></item><item><title><![CDATA[c < d]]></title></item></r>",
        &["A & b", "c < d"],
    );
    let tree = Tree::parse("<a x='1' y:z=\"2 &amp; 3\"><b/><c>t</c></a>", Repair::default());
    let root = tree.root().expect("a root");
    assert_eq!(root.attribute("z").as_deref(), Some("2 & 3"));
    assert_eq!(root.children().map(Element::name).collect::<Vec<_>>(), ["b", "c"]);
    assert!(root.closed() && tree.fault.is_none());
}

#[test]
fn text_after_an_element_is_not_within_it() {
    let tree = Tree::parse("<a>1<b>2</b>3<b/>4</a>5", Repair::default());
    let root = tree.root().expect("a root");
    assert_eq!(root.child("b").and_then(Element::line).as_deref(), Some("2"));
    assert_eq!(root.text(), "1234");
}

#[test]
fn slips_cost_only_their_element() {
    case(
        "<r><item><title>R&D & more</title></item><item><title>b</title></item></r>",
        &["R&D & more", "b"],
    );
    case("<r><item><title>caf&eacute;&nbsp;x &nope; y</title></item></r>", &["café x &nope; y"]);
    case("<r><item><title>a</title><item><title>b</title></item></r>", &["a", "b"]);
    case("<r><item><title>a<link>u</link></item><item><title>b</title></item></r>", &["a", "b"]);
    case("<r><item><title>1 < 2</title></item><item><title>b</title></item></r>", &["1 < 2", "b"]);
    case("<r></x><item></y><title>a</title></item></r>", &["a"]);
    case("<r><item><title>a\x0Bb\x01</title></item></r>", &["a b\u{1}"]);
    case(
        "<r><item><title><![CDATA[a</title></item><item><title><![CDATA[b]]></title></item></r>",
        &["a", "b"],
    );
}

#[test]
fn byte_order_marks_move_nothing() {
    // Found by fuzzing: two at the start of UTF-16, and one where reading goes on after a fault.
    let item = "<r><item><title>≨</title></item></r>";
    case(&["\u{FEFF}", item].concat(), &["≨"]);
    case(&["\u{FEFF}\u{FEFF}≨", item].concat(), &["≨"]);
    case("<r><item><title>1 <\u{FEFF}≨≨ 2</title></item></r>", &["1 <≨≨ 2"]);
    let tree = Tree::parse("\u{FEFF}<a><b/></a>", Repair::default());
    assert_eq!(tree.root().map(Element::offset), Some(3));
}

#[test]
fn a_cut_document_keeps_what_it_has_and_says_where_it_breaks() {
    let text = "<r><item><title>a</title></item><item><title>b</ti";
    case(text, &["a", "b"]);
    let tree = Tree::parse(text, REPAIR);
    let closed: Vec<bool> = tree.all(&["item"]).map(Element::closed).collect();
    assert_eq!(closed, [true, false]);
    assert_eq!(tree.fault.map(|(at, _)| at), Some(text.len() - 4));
}

#[test]
fn entities_are_not_expanded_and_depth_is_bounded() {
    let bomb = "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;\">]><r><item><title>&b;</title></item></r>";
    case(bomb, &["&b;"]);
    let deep = format!("{}x{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let tree = Tree::parse(&deep, Repair::default());
    assert_eq!(tree.nodes.len(), MAX_DEPTH + 1);
    assert_eq!(tree.root().and_then(Element::line).as_deref(), Some("x"));
}

#[test]
fn many_faults_do_not_take_forever() {
    for piece in ["<!--", "<![CDATA[", "<a '", "<?", "</", "<!", "&", "<"] {
        let text = format!("{} >", piece.repeat(100_000));
        let tree = Tree::parse(&text, REPAIR);
        assert!(tree.nodes.len() < MAX_NODES);
    }
}

#[test]
fn the_root_is_found_behind_what_may_precede_it() {
    assert_eq!(
        root_name("<?xml version='1.0'?><!-- <x> --><!DOCTYPE nitf SYSTEM 'a'><nitf>"),
        Some("nitf")
    );
    assert_eq!(root_name("<a:feed xmlns:a='x'>"), Some("feed"));
    assert_eq!(root_name("<!-- cut"), None);
    assert_eq!(root_name("<ro"), None);
}

#[test]
fn what_is_given_up_is_a_reject_at_its_offset() {
    // An unclosed comment every five bytes, each of which costs a pass over the rest.
    let text = format!("<r><item/>{}>", "<!-- ".repeat(10_000));
    let tree = Tree::parse(&text, REPAIR);
    let rest = tree.rest().expect("given up");
    assert_eq!(rest.kind, RejectKind::TooLarge);
    assert!(rest.offset.is_some_and(|at| at > 10 && at < text.len() as u64));
    assert_eq!(tree.all(&["item"]).count(), 1);
}
