//! Whether two reports of one event contradict each other. Precision first: a false alarm on a
//! harmless story costs more trust than a contradiction that a reader sees anyway.

use super::profile::{Profile, Term};
use crate::prepare::Word;

/// Whether one asserts what the other denies.
///
/// Either one calls the report untrue ("hoax", "fake") and the other tells it; or a predicate
/// that both share is negated in exactly one. Negations in both, in a clause that is not shared,
/// and within quotation marks do not count. A question asserts nothing.
pub(super) fn contradict(a: &Profile, b: &Profile) -> bool {
    if a.asks || b.asks {
        return false;
    }
    let shares = |a: &Profile, b: &Profile| {
        a.distinct().filter(|term| b.terms.iter().any(|there| there.id == term.id)).count()
    };
    if a.untrue != b.untrue {
        let teller = if a.untrue { b } else { a };
        return !teller.negates && shares(a, b) >= 3;
    }
    a.negates != b.negates && shares(a, b) >= 3 && (negates(a, b) || negates(b, a))
}

/// Whether `a` negates a predicate that `b` states.
fn negates(a: &Profile, b: &Profile) -> bool {
    let stated =
        |term: &Term| b.terms.iter().any(|there| there.id == term.id && !there.is(Word::NEGATED));
    let predicate = |term: &&Term| {
        term.is(Word::NEGATED)
            && !term.is(Word::QUOTED)
            && !term.is(Word::NAME)
            && !term.is(Word::NUMBER)
    };
    // At least three words of what is negated are shared: where every word has a capital, two may
    // be somebody's name.
    a.terms.iter().filter(predicate).filter(|term| stated(term)).count() >= 3
}

#[cfg(test)]
mod tests {
    use super::super::tests::profile;
    use super::*;

    #[track_caller]
    fn case(a: &str, b: &str, expected: bool) {
        let (a, b) = (profile(a), profile(b));
        assert_eq!(contradict(&a, &b), expected);
        assert_eq!(contradict(&b, &a), expected, "the other way round");
    }

    #[test]
    fn a_shared_predicate_with_opposite_polarity_is_a_dispute() {
        case(
            "Freedonia agreed to halt river tolls policy - coastal media",
            "Senior source claims Freedonia did not agree to stop river tolls",
            true,
        );
        case(
            "Mayor resigns over bridge contract",
            "Mayor denies he resigns over bridge contract",
            true,
        );
        case("Giant squid found in city fountain", "Giant squid in city fountain is a hoax", true);
    }

    #[test]
    fn negation_in_both_is_agreement() {
        case("Mayor will not close old bridge", "Old bridge: mayor does not close it", false);
    }

    #[test]
    fn negation_of_an_unrelated_clause_is_no_dispute() {
        case(
            "Mayor closes old bridge after storm",
            "Mayor closes old bridge after storm, schools not affected",
            false,
        );
    }

    #[test]
    fn a_quoted_negation_is_no_dispute() {
        case(
            "Mayor closes old bridge after storm",
            "Mayor closes bridge: 'not closing old bridge after storm would be mad'",
            false,
        );
    }

    #[test]
    fn a_question_asserts_nothing() {
        case(
            "Giant squid found in city fountain",
            "Is giant squid in city fountain a hoax?",
            false,
        );
    }
}
