use super::*;

/// Writes a tree with every group in brackets.
fn show(expr: &Expr) -> String {
    let list = |parts: &[Expr]| parts.iter().map(show).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::And(parts) => format!("(and {})", list(parts)),
        ExprKind::Or(parts) => format!("(or {})", list(parts)),
        ExprKind::Not(part) => format!("(not {})", show(part)),
        ExprKind::Near(n, parts) => format!("(near {n} {})", list(&parts[..])),
        ExprKind::Leaf(field, leaf) => {
            let prefix = match field {
                Field::Text => String::new(),
                field => format!("{}:", field.name()),
            };
            let leaf = match leaf {
                Leaf::Any => "*".to_owned(),
                Leaf::List(name) => format!("@{name}"),
                Leaf::Compare(compare, value) => format!("{compare:?} {value}"),
                Leaf::Between(low, high) => format!("{low}..{high}"),
                Leaf::Term(term) => {
                    let quote = if term.quoted { "'" } else { "" };
                    let exact = if term.exact { "=" } else { "" };
                    let tilde = term.tilde.map(|n| format!("~{n}")).unwrap_or_default();
                    format!("{exact}{quote}{}{quote}{tilde}", term.text)
                }
            };
            prefix + &leaf
        }
    }
}

#[track_caller]
fn tree(query: &str, expected: &str) {
    let parsed = parse(query).unwrap_or_else(|errors| panic!("{query}: {errors:?}"));
    assert_eq!(show(&parsed), expected, "{query}");
}

#[test]
fn not_binds_tighter_than_and_and_tighter_than_or() {
    tree("a OR b AND c", "(or a (and b c))");
    tree("a OR b NOT c", "(or a (and b (not c)))");
    tree("(a OR b) NOT c", "(and (or a b) (not c))");
    tree("NOT a AND b", "(and (not a) b)");
    tree("a b c", "(and a b c)");
    tree("a && b || !c -d", "(or (and a b) (and (not c) (not d)))");
    tree("NOT NOT a", "(not (not a))");
    tree("a AND(b)", "(and a b)");
}

#[test]
fn operators_are_upper_case_words_of_their_own() {
    tree("and or not near", "(and and or not near)");
    tree("ORDER ANDES NOTE NEARBY", "(and ORDER ANDES NOTE NEARBY)");
    tree("\"AND\" OR \"OR\"", "(or 'AND' 'OR')");
    tree("al-qaeda -film", "(and al-qaeda (not film))");
}

#[test]
fn near_joins_neighbours_only() {
    tree("a NEAR/5 b", "(near 5 a b)");
    tree("a NEAR/2 b NEAR/3 c d", "(and (near 3 (near 2 a b) c) d)");
    tree("NOT a NEAR/2 (b OR \"c d\")", "(not (near 2 a (or b 'c d')))");
}

#[test]
fn fields_reach_over_their_value_only() {
    tree("headline:gaza war", "(and headline:gaza war)");
    tree("source:(reuters OR afp) x", "(and (or source:reuters source:afp) x)");
    tree("Headline:\"a b\"~3", "headline:'a b'~3");
    tree("urgency:<=3 publishers:>2", "(and urgency:AtMost 3 publishers:Above 2)");
    tree("urgency:[1 TO 3]", "urgency:1..3");
    tree("body:* *", "(and body:* *)");
    tree("place:@g7", "place:@g7");
}

#[test]
fn terms_carry_their_marks() {
    tree("=US beirut~ \"a b\"~2 *", "(and =US beirut~1 'a b'~2 *)");
    tree("=\"A b\" x\\:y \"a \\\" b\"", "(and ='A b' x:y 'a \" b')");
    tree("isra* wom?n", "(and isra* wom?n)");
}

#[test]
fn a_wildcard_behind_a_backslash_stays_apart_from_one_that_stands_alone() {
    tree(r"brit\* who\? isra* \(a\)", r"(and brit\* who\? isra* (a))");
    tree(r#""a \* b*" \*"#, r"(and 'a \* b*' \*)");
}

#[test]
fn typographic_quotation_marks_are_quotation_marks() {
    tree("“peace talks” x", "(and 'peace talks' x)");
    tree("„peace talks“ OR headline:«peace talks»", "(or 'peace talks' headline:'peace talks')");
    tree("“peace talks\"~3 a”b”", "(and 'peace talks'~3 a 'b')");
    tree("\"the “peace” talks\"", "'the “peace” talks'");
    fails("a “b c", "“", "never closed");
}

#[test]
fn or_and_and_as_signs_need_no_spaces() {
    tree("gaza||israel", "(or gaza israel)");
    tree("a&&b||AT&T", "(or (and a b) AT&T)");
    fails("a|| ||b", "||", "joins nothing");
    fails("&& b", "&&", "joins nothing");
}

#[test]
fn what_stands_on_the_right_of_near_must_be_there() {
    fails("a1 NEAR/3 -b1", "-", "what is missing");
    fails("a NEAR/3 !b", "!", "what is missing");
    fails("a NEAR/3 NOT b", "NOT", "what is missing");
    fails("a NEAR/3 NOT", "NOT", "what is missing");
    fails("a NEAR/5 NEAR/6 b", "NEAR/6", "joins nothing");
    fails("NEAR/5 b", "NEAR/5", "joins nothing");
    fails("a AND NEAR b", "NEAR", "joins nothing");
    fails("a NEAR", "NEAR", "needs a distance");
    fails("headline:-gaza", "-", "behind `headline:`");
    fails("headline:NOT gaza", "NOT", "behind `headline:`");
}

#[track_caller]
fn fails(query: &str, marked: &str, message: &str) {
    let errors = parse(query).expect_err(query);
    let found = &errors[0];
    let end = found.span.end.min(query.len());
    assert_eq!(&query[found.span.start.min(end)..end], marked, "{query}: {found:?}");
    assert!(found.message.contains(message), "{query}: {found:?}");
}

#[test]
fn mistakes_are_marked_where_they_stand() {
    fails("", "", "the query is empty");
    fails("  ", "", "the query is empty");
    fails("a AND", "", "is missing here");
    fails("a OR OR b", "OR", "joins nothing");
    fails("AND b", "AND", "joins nothing");
    fails("(a OR b", "(", "never closed");
    fails("a OR b)", ")", "closes nothing");
    fails("()", ")", "is missing here");
    fails("a \"b c", "\"", "never closed");
    fails("headlin:a", "headlin", "no field `headlin`");
    fails("a headline: b", "headline:", "has no value");
    fails("a NEAR b", "NEAR", "needs a distance");
    fails("a NEAR/0 b", "NEAR/0", "from 1 to 1000");
    fails("urgency:[1 3]", "[1 ", "not a range");
    fails("a @ b", "@", "name of a list");
    fails("a~999", "a~999", "too large");
    fails("a ] b", "]", "cannot stand here");
    fails("a b\\", "\\", "nothing follows");
}

#[test]
fn all_unknown_fields_are_reported_with_suggestions() {
    let errors = parse("headlin:a OR sorce:b").unwrap_err();
    let hints: Vec<_> = errors.iter().filter_map(|error| error.hint.as_deref()).collect();
    assert_eq!(hints, ["did you mean `headline`?", "did you mean `source`?"]);
}

#[test]
fn groups_nest_only_so_deep() {
    let deep = "(".repeat(5_000) + "a" + &")".repeat(5_000);
    assert!(parse(&deep).unwrap_err()[0].message.contains("nest deeper"));
    let nots = "NOT ".repeat(5_000) + "a";
    assert!(parse(&nots).unwrap_err()[0].message.contains("nest deeper"));
    let fine = "(".repeat(50) + "a" + &")".repeat(50);
    assert!(parse(&fine).is_ok());
}
