//! The bits against the plain definitions.

use proptest::prelude::*;

use super::super::tests::profile;
use super::*;

/// Headlines of few different words, so that much is shared and repeated.
fn headline() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["dam", "Fjord", "12", "13", "ferry", "Oslo", "package"]);
    prop::collection::vec(word, 1..40).prop_map(|words| words.join(" "))
}

fn longest_common(a: &[u32], b: &[u32]) -> u32 {
    let mut row = vec![0; b.len() + 1];
    for here in a {
        let mut diagonal = 0;
        for (at, there) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if here == there { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

fn pairs_shared(a: &[u32], b: &[u32]) -> u32 {
    let count = |a: &[u32], b: &[u32]| {
        a.windows(2).filter(|pair| b.windows(2).any(|other| other == *pair)).count() as u32
    };
    count(a, b).min(count(b, a))
}

proptest! {
    #[test]
    fn bits_say_what_the_definitions_say(a in headline(), b in headline()) {
        let (a, b) = (profile(&a), profile(&b));
        let ids = |of: &Profile| of.terms.iter().map(|term| term.id).collect::<Vec<u32>>();
        let (ia, ib) = (ids(&a), ids(&b));
        let overlap = Overlap::of(&a, &b);
        prop_assert_eq!(overlap.common_order(), longest_common(&ia, &ib));
        prop_assert_eq!(overlap.neighbours(), pairs_shared(&ia, &ib));
        let mut clashes = 0;
        for (at, here) in ia.iter().enumerate() {
            prop_assert_eq!(overlap.left >> at & 1 != 0, ib.contains(here));
            let first = ib.iter().position(|there| there == here);
            let name = first.is_some_and(|at| b.terms[at].is(Word::NAME));
            let names = (0..).zip(&b.terms).filter(|(_, term)| term.is(Word::NAME));
            let names = names.map(|(at, _): (u32, _)| 1_u32 << at).sum();
            prop_assert_eq!(overlap.among_firsts(names) >> at & 1 != 0, name);
            for (there_at, there) in ib.iter().enumerate() {
                let next = (ia.get(at + 1), ib.get(there_at + 1));
                let same = next.0.is_some() && next.0 == next.1;
                clashes += u32::from(same && here != there);
            }
        }
        for (at, there) in ib.iter().enumerate() {
            prop_assert_eq!(overlap.right >> at & 1 != 0, ia.contains(there));
        }
        let (half, there) = (ia.len() / 2, ib.len() / 2);
        let (left, right) = overlap.between(places(half..ia.len()), places(0..there));
        for (at, here) in ia.iter().enumerate() {
            prop_assert_eq!(left >> at & 1 != 0, at >= half && ib[..there].contains(here));
        }
        for (at, here) in ib.iter().enumerate() {
            prop_assert_eq!(right >> at & 1 != 0, at < there && ia[half..].contains(here));
        }
        prop_assert_eq!(overlap.differ_before_same(Places::MAX, Places::MAX), clashes);
    }
}
