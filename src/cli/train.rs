//! `wirefold train`: make the models that fold uses, from one's own text and labels.

use std::path::{Path, PathBuf};

use clap::builder::RangedU64ValueParser;

use crate::config::Config;
use crate::eval::{self, Labelled};
use crate::fold::embedding::DIMENSIONS;
use crate::fold::training::subject;
use crate::fold::{self, background::Background};
use crate::item::Language;
use crate::terminal;
use crate::train::embedding;
use crate::train::scorer::{self, Examples, Settings};

use super::{Failure, writable};

mod bar;

use bar::Bar;

/// Train the models that fold uses, for a language or a desk
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    model: Model,
}

#[derive(Debug, clap::Subcommand)]
enum Model {
    Embedding(EmbeddingArgs),
    Background(BackgroundArgs),
    Scorer(ScorerArgs),
}

/// Distil a sentence transformer into a static embedding
#[derive(Debug, clap::Args)]
struct EmbeddingArgs {
    /// Directory of the teacher: config.json, model.safetensors, tokenizer.json
    #[arg(long, value_name = "DIR")]
    teacher: PathBuf,
    /// Text to learn from, a headline a line; may be given several times
    #[arg(long, value_name = "FILE", required = true)]
    corpus: Vec<PathBuf>,
    /// Where to write the embedding
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Language of the corpus that the teacher knows, like `en`; may be given several times
    #[arg(long, value_name = "CODE", value_parser = parse_language, default_value = "en")]
    language: Vec<Language>,
    /// Numbers a vector has, at most 128 and as many as the teacher's
    #[arg(long, value_name = "N", default_value_t = DIMENSIONS,
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=DIMENSIONS as u64))]
    dimensions: usize,
    /// How often the corpus is gone through
    #[arg(long, value_name = "N", default_value_t = embedding::EPOCHS)]
    epochs: usize,
    /// Seed of every random choice: the same seed on the same machine gives the same file
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Share of the corpus held back to judge by
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = parse_holdout)]
    holdout: f64,
    /// Make a vocabulary of this many pieces from the corpus instead of taking the teacher's
    #[arg(long, value_name = "N")]
    vocabulary: Option<usize>,
    /// Keep what the teacher says of each line here, for the next training
    #[arg(long, value_name = "FILE")]
    cache: Option<PathBuf>,
}

/// Count how common words are in general
#[derive(Debug, clap::Args)]
struct BackgroundArgs {
    /// Text to count in, a headline a line; may be given several times
    #[arg(long, value_name = "FILE", required = true)]
    corpus: Vec<PathBuf>,
    /// Where to write the table
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Fit the pair scorer to labelled stories and pairs, the files that `eval` takes
#[derive(Debug, clap::Args)]
struct ScorerArgs {
    /// Labelled files; each is a set
    #[arg(required = true, value_name = "LABELS.tsv")]
    files: Vec<PathBuf>,
    /// Where to write the scorer
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Learn from pairs of stories once more as if each stood alone, without a window
    #[arg(long)]
    alone: bool,
    /// Trees
    #[arg(long, value_name = "N", default_value_t = Settings::default().trees,
        value_parser = at_least(1))]
    trees: usize,
    /// Leaves of a tree, at most
    #[arg(long, value_name = "N", default_value_t = Settings::default().leaves,
        value_parser = at_least(2))]
    leaves: usize,
    /// Pairs of a leaf, at least
    #[arg(long, value_name = "N", default_value_t = Settings::default().leaf_pairs,
        value_parser = at_least(1))]
    leaf_pairs: usize,
    /// Share of a leaf's value that each tree adds
    #[arg(long, value_name = "SHARE", default_value_t = Settings::default().rate,
        value_parser = parse_rate)]
    rate: f64,
    /// Strength that keeps leaves small
    #[arg(long, value_name = "X", default_value_t = Settings::default().smoothing,
        value_parser = parse_smoothing)]
    smoothing: f64,
    /// 0: sets count equally; 1: pairs do; between: larger sets count more
    #[arg(long, value_name = "X", default_value_t = Settings::default().size_power,
        value_parser = parse_power)]
    size_power: f64,
    /// Share of a story file's weight that its pairs of one story get; 0 leaves it as it is
    #[arg(long, value_name = "SHARE", default_value_t = Settings::default().same_share,
        value_parser = parse_share)]
    same_share: f64,
    /// How much a file counts, by its name without ending, like `wire=0.5`; others count 1. Silver
    /// labels deserve less. May be given several times
    #[arg(long = "weight", value_name = "NAME=X", value_parser = parse_weight)]
    weights: Vec<(String, f64)>,
    /// Leave each story out once, in this many turns, and say how well scorers do on stories that
    /// they have not seen: what to expect of other news of the same kind
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=20))]
    folds: Option<u64>,
    /// Seed of every random choice: the same seed gives the same file
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Runs the command.
pub(super) fn run(args: Args) -> Result<(), Failure> {
    match args.model {
        Model::Embedding(args) => train_embedding(args),
        Model::Background(args) => count_background(&args),
        Model::Scorer(args) => train_scorer(&args),
    }
}

fn train_embedding(args: EmbeddingArgs) -> Result<(), Failure> {
    writable(&args.out)?;
    let options = embedding::Options {
        teacher: args.teacher,
        corpora: args.corpus,
        languages: args.language,
        dimensions: args.dimensions,
        epochs: args.epochs,
        seed: args.seed,
        holdout: args.holdout,
        vocabulary: args.vocabulary,
        cache: args.cache,
    };
    let trained = embedding::train(&options, &mut Bar::default()).map_err(Failure::runtime)?;
    write(&args.out, &trained.bytes)?;
    let (kept, pieces) = trained.rows;
    terminal::line(&format!("fitted to {} headlines", trained.fitted))?;
    terminal::line(&format!(
        "{kept} of {pieces} pieces have a row, {} bytes",
        trained.bytes.len()
    ))?;
    if trained.after.headlines < 2 {
        terminal::line("too little was held back to judge by (--holdout)")?;
    } else {
        terminal::line("correlation with the teacher's similarity on headlines held back:")?;
        terminal::line(&format!("  before fitting  {}", trained.before))?;
        terminal::line(&format!("  as written      {}", trained.after))?;
    }
    Ok(terminal::line(&built_in("embedding-en.bin"))?)
}

/// How a model gets its place that no configuration names.
fn built_in(name: &str) -> String {
    format!(
        "to use it, put it in place of models/{name}, build wirefold, and train a scorer with it"
    )
}

fn count_background(args: &BackgroundArgs) -> Result<(), Failure> {
    writable(&args.out)?;
    let texts = args.corpus.iter().map(|path| {
        std::fs::read_to_string(path)
            .map_err(|error| Failure::runtime(format!("cannot read {}: {error}", path.display())))
    });
    let texts = texts.collect::<Result<Vec<_>, Failure>>()?;
    let tells = |line: &str| line.chars().any(char::is_alphanumeric);
    if !texts.iter().flat_map(|text| text.lines()).any(tells) {
        return Err(Failure::runtime(
            "there is no headline in the corpus: give files with a headline a line",
        ));
    }
    let background = Background::count(texts.iter().flat_map(|text| text.lines()));
    write(&args.out, &background.encode())?;
    Ok(terminal::line(&built_in("background-en.bin"))?)
}

fn train_scorer(args: &ScorerArgs) -> Result<(), Failure> {
    let settings = Settings {
        trees: args.trees,
        leaves: args.leaves,
        leaf_pairs: args.leaf_pairs,
        rate: args.rate,
        smoothing: args.smoothing,
        size_power: args.size_power,
        same_share: args.same_share,
        set_weights: args.weights.clone(),
        turns: args.folds.unwrap_or(0) as usize,
        seed: args.seed,
        ..Settings::default()
    };
    for (name, _) in &args.weights {
        if !args.files.iter().any(|file| scorer::set_name(file) == *name) {
            return Err(Failure::usage(format!(
                "--weight names {name}, which is none of the files"
            )));
        }
    }
    writable(&args.out)?;
    let mut bar = Bar::default();
    let examples = Examples::read(&args.files, args.alone, &mut bar).map_err(Failure::runtime)?;
    let trained = scorer::train(&examples, &settings, &mut bar).map_err(Failure::runtime)?;
    drop(bar);
    let bytes = trained.model.encode();
    write(&args.out, &bytes)?;
    terminal::line(&format!("{} trees, {} bytes", trained.model.trees().len(), bytes.len()))?;
    let (slope, shift) = trained.calibration;
    terminal::line(&format!("calibrated: log-odds times {slope:.3}, plus {shift:.3}"))?;
    for set in &trained.sets {
        terminal::line(&set.to_string())?;
    }
    report_stories(args, &trained)?;
    terminal::line("what the decision rests on:")?;
    for (feature, share) in trained.importance.iter().filter(|(_, share)| *share >= 0.005) {
        terminal::line(&format!("  {:5.1} %  {feature}", share * 100.0))?;
    }
    Ok(())
}

/// Says how well whole stories are found, which is what the scorer is for.
fn report_stories(args: &ScorerArgs, trained: &scorer::Trained) -> Result<(), Failure> {
    let config = Config::built_in().fold;
    let scorer =
        |model: &fold::model::Model| fold::Scorer::with(model.clone()).map_err(Failure::runtime);
    terminal::line("stories, B-cubed (P / R / F1, and where F1 lies in 95 % of draws):")?;
    for path in &args.files {
        let Ok(Labelled::Stories(rows)) = Labelled::read(path) else { continue };
        let name = scorer::set_name(path);
        let set = trained.sets.iter().find(|set| set.name == name);
        let whole = |model: &fold::model::Model| -> Result<String, Failure> {
            Ok(figures(&eval::stories(&rows, &config, scorer(model)?, 0, &|_, _, _| {})))
        };
        let mut line = format!("{name:26}");
        if let Some(without) = set.and_then(|set| set.without.as_ref()) {
            line += &format!("  left out: {}", whole(without)?);
        }
        if !trained.in_turn.is_empty() {
            let in_turn = trained.in_turn.iter().map(scorer).collect::<Result<Vec<_>, _>>()?;
            let turn = |story: &str| scorer::turn_of(subject(story), trained.in_turn.len());
            line += "  own stories left out: ";
            line += &figures(&eval::stories_in_turn(&rows, &config, in_turn, turn));
        }
        terminal::line(&format!("{line}  trained on: {}", whole(&trained.model)?))?;
    }
    Ok(())
}

fn figures(found: &eval::StoryReport) -> String {
    let eval::StoryReport { b3_p, b3_r, b3_f1, b3_f1_95, .. } = found;
    let eval::Interval { low, high } = b3_f1_95;
    format!("{b3_p:.3} / {b3_r:.3} / {b3_f1:.3} ({low:.3}–{high:.3})")
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes)
        .map_err(|error| Failure::runtime(format!("cannot write {}: {error}", path.display())))
}

fn parse_language(code: &str) -> Result<Language, String> {
    Language::parse(code).ok_or_else(|| "name a language by its ISO 639 code, like en".to_owned())
}

/// A count of `least` or more.
fn at_least(least: u64) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(least..)
}

fn parse_rate(text: &str) -> Result<f64, String> {
    parse_number(text, "above 0, at most 1", |rate| rate > 0.0 && rate <= 1.0)
}

fn parse_smoothing(text: &str) -> Result<f64, String> {
    parse_number(text, "0 or above", |smoothing| smoothing >= 0.0 && smoothing.is_finite())
}

fn parse_power(text: &str) -> Result<f64, String> {
    parse_number(text, "from 0 to 1", |power| (0.0..=1.0).contains(&power))
}

fn parse_holdout(text: &str) -> Result<f64, String> {
    parse_number(text, "from 0 to 0.5", |share| (0.0..=0.5).contains(&share))
}

/// All of the weight would leave none for the pairs that are apart.
fn parse_share(text: &str) -> Result<f64, String> {
    parse_number(text, "from 0 to below 1", |share| (0.0..1.0).contains(&share))
}

fn parse_number(text: &str, range: &str, within: fn(f64) -> bool) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| within(*number));
    number.ok_or_else(|| format!("give a number {range}"))
}

fn parse_weight(text: &str) -> Result<(String, f64), String> {
    let fault = || "write the file's name without ending and a number above 0, like wire=0.5";
    let (name, weight) = text.split_once('=').ok_or_else(fault)?;
    let weight: f64 = weight.parse().map_err(|_| fault())?;
    if weight > 0.0 && weight.is_finite() {
        Ok((name.to_owned(), weight))
    } else {
        Err(fault().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn scorer(option: &str, value: &str) -> Result<Line, clap::Error> {
        let option = format!("{option}={value}");
        Line::try_parse_from(["train", "scorer", "a.tsv", "--out", "a.bin", &option])
    }

    #[test]
    fn settings_that_make_no_scorer_are_refused_and_their_bounds_are_told() {
        for (option, wrong, right, told) in [
            ("--trees", "0", "1", "not in 1.."),
            ("--leaves", "1", "2", "not in 2.."),
            ("--leaf-pairs", "0", "1", "not in 1.."),
            ("--rate", "0", "1", "above 0, at most 1"),
            ("--rate", "NaN", "0.1", "above 0, at most 1"),
            ("--smoothing", "-1", "0", "0 or above"),
            ("--size-power", "1.5", "1", "from 0 to 1"),
            ("--same-share", "2", "0.5", "from 0 to below 1"),
            ("--same-share", "1", "0", "from 0 to below 1"),
        ] {
            let error = scorer(option, wrong).expect_err(option).to_string();
            assert!(error.contains(told) && error.contains(option), "{error}");
            scorer(option, right).expect(option);
        }
    }

    #[test]
    fn settings_that_make_no_embedding_are_refused_and_their_bounds_are_told() {
        let embedding = |option: &str, value: &str| {
            let option = format!("{option}={value}");
            let needed = ["--teacher=t", "--corpus=c.txt", "--out=e.bin", &option];
            Line::try_parse_from(["train", "embedding"].iter().chain(&needed))
        };
        for (option, wrong, right, told) in [
            ("--dimensions", "0", "1", "not in 1..=128"),
            ("--dimensions", "500", "128", "not in 1..=128"),
            ("--holdout", "1", "0.5", "from 0 to 0.5"),
            ("--holdout", "NaN", "0", "from 0 to 0.5"),
        ] {
            let error = embedding(option, wrong).expect_err(option).to_string();
            assert!(error.contains(told) && error.contains(option), "{error}");
            embedding(option, right).expect(option);
        }
    }

    #[test]
    fn a_corpus_without_a_headline_makes_no_table() {
        let dir = tempfile::tempdir().unwrap();
        let (corpus, out) = (dir.path().join("corpus.txt"), dir.path().join("table.bin"));
        for (text, wanted) in [("", false), ("\n \n--\n", false), ("Dam opens\n", true)] {
            std::fs::write(&corpus, text).unwrap();
            let args = BackgroundArgs { corpus: vec![corpus.clone()], out: out.clone() };
            assert_eq!(count_background(&args).is_ok(), wanted, "{text:?}");
            assert_eq!(out.exists(), wanted, "{text:?}");
        }
    }
}
