//! Why two headlines are one story or not.

use std::fmt;

use serde::Serialize;

use super::alternative::Alternative;
use super::disputed::{Clash, clash};
use super::similarity::Side;
use super::{Fold, Scorer};
use crate::prepare::Prepared;
use crate::publisher::Publishers;
use crate::story::Share;

/// The probability of a pair and what it is made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// Probability that both tell one story.
    pub probability: f32,
    /// What it was held against.
    pub threshold: f32,
    /// How one asserts what the other denies, if so.
    pub clash: Option<Clash>,
    /// The languages of the two when they differ: stories do not cross languages, so nothing was
    /// compared.
    pub languages: Option<[String; 2]>,
    /// The log-odds that shares add to.
    pub bias: f32,
    /// Every feature that mattered, the largest share first. With the bias they add up to the
    /// log-odds of the probability. None when nothing was compared.
    pub shares: Vec<Share>,
    /// The smallest changes that would turn the answer.
    pub alternatives: Vec<Alternative>,
    /// Digest of the model.
    pub model: String,
}

impl Explanation {
    /// Whether the two would be folded.
    pub fn same(&self) -> bool {
        self.probability >= self.threshold
    }
}

impl Fold {
    /// Why an item would or would not be folded with the newest one of the window.
    pub fn explain(&mut self, item: &Prepared) -> Option<Explanation> {
        let mut b = self.scorer.profile(item, &self.publishers);
        self.window.number(&mut b);
        b.nearness = self.search.find(&self.window, &b).nearness;
        let a = &self.window.newest()?.profile;
        let frequencies = self.window.frequencies();
        let values = self.scorer.within(&Side::new(&b, Some(frequencies)), a, frequencies);
        let comparable = a.comparable(&b);
        let languages = a.language.zip(b.language).filter(|_| !comparable);
        let scorer = &self.scorer;
        let shares = comparable.then(|| scorer.shares(&values, usize::MAX));
        let alternatives = comparable.then(|| scorer.alternatives(&values, self.threshold));
        Some(Explanation {
            probability: if comparable { scorer.probability(&values) } else { 0.0 },
            threshold: self.threshold,
            clash: clash(a, &b).filter(|_| comparable),
            languages: languages.map(|(a, b)| [a, b].map(|it| it.to_string())),
            bias: scorer.bias(),
            shares: shares.unwrap_or_default(),
            alternatives: alternatives.unwrap_or_default(),
            model: scorer.digest().to_string(),
        })
    }
}

impl Scorer {
    /// How one of two items denies what the other asserts, if so.
    pub fn clash(&self, a: &Prepared, b: &Prepared) -> Option<Clash> {
        let publishers = Publishers::default();
        clash(&self.profile(a, &publishers), &self.profile(b, &publishers))
    }

    /// Scores a pair alone, as `eval` does with labelled pairs: probability, and every feature that
    /// mattered, the largest share first.
    pub fn score(&self, a: &Prepared, b: &Prepared) -> (f32, Vec<Share>) {
        let publishers = Publishers::default();
        let (a, b) = (self.profile(a, &publishers), self.profile(b, &publishers));
        let values = self.alone(&a, &b);
        let probability = if a.comparable(&b) { self.probability(&values) } else { 0.0 };
        (probability, self.shares(&values, usize::MAX))
    }
}

/// Shares of less than this are added up on the screen.
const SMALL: f32 = 0.02;

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer = |same| if same { "one story" } else { "two stories" };
        let relation = if self.same() { "at least" } else { "below" };
        writeln!(
            f,
            "{}: probability {:.3}, {relation} the threshold {:.3}",
            answer(self.same()),
            self.probability,
            self.threshold
        )?;
        if let Some(clash) = self.clash {
            writeln!(f, "they contradict each other: {clash}")?;
        }
        if let Some([a, b]) = &self.languages {
            writeln!(f, "the first is in `{a}`, the second in `{b}`, as far as can be guessed:")?;
            writeln!(f, "different languages are not compared")?;
            return write!(f, "\nmodel {}", self.model);
        }
        writeln!(f, "\n{:<22} {:>8} {:>8}", "feature", "value", "share")?;
        let line = |f: &mut fmt::Formatter<'_>, name: &str, value: &str, share: f32| {
            let row = format!("{name:<22} {value:>8} {share:>+8.3}  {}", bar(share));
            writeln!(f, "{}", row.trim_end())
        };
        line(f, "(before any)", "", self.bias)?;
        let (large, small): (Vec<&Share>, Vec<&Share>) =
            self.shares.iter().partition(|share| share.share.abs() >= SMALL);
        for share in large {
            line(f, &share.feature, &shown(share.value), share.share)?;
        }
        if !small.is_empty() {
            let sum = small.iter().map(|share| share.share).sum();
            line(f, &format!("({} smaller ones)", small.len()), "", sum)?;
        }
        let sum = self.bias + self.shares.iter().map(|share| share.share).sum::<f32>();
        writeln!(f, "{:<22} {:>8} {sum:>+8.3}  log-odds", "(sum)", "")?;
        self.alternatives(f)?;
        write!(f, "\nmodel {}", self.model)
    }
}

impl Explanation {
    fn alternatives(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let turned = if self.same() { "two stories" } else { "one story" };
        match self.alternatives.first() {
            None => return Ok(()),
            Some(first) if first.changes => {
                writeln!(f, "\n{turned}, if one of these were otherwise")?;
            }
            Some(_) => writeln!(f, "\nno single feature makes them {turned}; nearest to it")?,
        }
        for it in &self.alternatives {
            let range = match (it.above, it.at_most) {
                (Some(above), Some(at_most)) => format!("from {above:.3} to {at_most:.3}"),
                (Some(above), None) => format!("above {above:.3}"),
                (None, Some(at_most)) => format!("at most {at_most:.3}"),
                (None, None) => "known".to_owned(),
            };
            let value = shown(it.value);
            writeln!(
                f,
                "{:<22} {value:>8}  → {range:<22} probability {:.3}",
                it.feature, it.probability
            )?;
        }
        Ok(())
    }
}

fn shown(value: Option<f32>) -> String {
    value.map_or("missing".to_owned(), |value| format!("{value:.3}"))
}

/// A share as a bar: to the right what speaks for one story, to the left what speaks against.
fn bar(share: f32) -> String {
    const HALF: usize = 18;
    const SCALE: f32 = 12.0;
    let length = ((share.abs() * SCALE).round() as usize).min(HALF);
    match share < 0.0 {
        true => format!("{}{}│", " ".repeat(HALF - length), "─".repeat(length)),
        false => format!("{}│{}", " ".repeat(HALF), "━".repeat(length)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::fold;
    use super::*;
    use crate::fold::training::prepare_one;
    use crate::item::Seq;

    fn explained(a: &str, b: &str) -> Explanation {
        let now = Some(jiff::Timestamp::UNIX_EPOCH);
        let item = |n, line| prepare_one(Seq(n), line, now, None, None).expect("a headline");
        let mut fold = fold();
        fold.decide(item(0, a)).0.expect("nothing came before");
        fold.explain(&item(1, b)).expect("an item in the window")
    }

    #[test]
    fn bias_and_shares_add_up_to_the_probability() {
        for b in ["Elmsford dam opens after ten years of work", "Ferry aground off Port Selene"] {
            let it = explained("Dam at Elmsford opens after ten years", b);
            let sum = it.bias + it.shares.iter().map(|share| share.share).sum::<f32>();
            let probability = crate::fold::model::probability(sum);
            assert!((probability - it.probability).abs() < 1e-3, "{probability} {it:?}");
        }
    }

    #[test]
    fn an_alternative_turns_the_answer_when_it_says_so() {
        let it = explained("Dam at Elmsford opens", "Ferry aground off Port Selene");
        assert!(!it.same() && !it.alternatives.is_empty());
        for alternative in &it.alternatives {
            assert_eq!(alternative.changes, alternative.probability >= it.threshold);
        }
    }

    #[test]
    fn the_screen_is_eighty_columns_wide() {
        let text = explained(
            "Freedonia agreed to cease river tolls policy",
            "Source claims Freedonia did not agree to stop 12 river tolls",
        )
        .to_string();
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("they contradict each other"), "{text}");
    }

    #[test]
    fn different_languages_are_named_and_nothing_is_claimed_to_have_been_compared() {
        let it = explained(
            "Singer cancels the Paris concert",
            "Der Sturm zwingt die Fähren in den Hafen",
        );
        assert_eq!(it.languages.as_ref().unwrap()[1], "de");
        assert!(!it.same() && it.shares.is_empty() && it.alternatives.is_empty(), "{it:?}");
        let text = it.to_string();
        assert!(text.contains("the second in `de`"), "{text}");
        assert!(text.contains("different languages are not compared"), "{text}");
        assert!(!text.contains("log-odds"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        let untold = explained("Dam Elmsford opens", "Der Sturm zwingt die Fähren in den Hafen");
        assert!(untold.languages.is_none(), "the first could be in any");
        let alike = explained("Dam at Elmsford opens", "Ferry aground off Port Selene");
        assert!(alike.languages.is_none() && !alike.to_string().contains("languages"));
    }

    #[test]
    fn the_screen_shows_values_shares_and_alternatives() {
        let share = |feature: &str, value, share| Share {
            feature: feature.to_owned().into(),
            value,
            share,
        };
        let alternative = |feature: &str, value, above, at_most, probability| Alternative {
            feature: feature.to_owned(),
            value,
            above,
            at_most,
            probability,
            changes: true,
        };
        let explanation = Explanation {
            probability: 0.245,
            threshold: 0.4,
            clash: Some(Clash::Denial),
            languages: None,
            bias: -1.453,
            shares: vec![
                share("numbers_clash", Some(1.0), -0.912),
                share("rarest_unshared", Some(12.125), 1.75),
                share("gap_hours", None, -0.5),
                share("letters", Some(0.527), 0.01),
                share("shorter", Some(5.0), -0.02),
            ],
            alternatives: vec![
                alternative("numbers_clash", Some(1.0), None, Some(0.5), 0.447),
                alternative("window_containing", Some(0.7), Some(0.71), None, 0.402),
                alternative("gap_hours", None, Some(0.25), Some(8.5), 0.61),
            ],
            model: "2c830638c76c67e8".to_owned(),
        };
        insta::assert_snapshot!(explanation);
    }
}
