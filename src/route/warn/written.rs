//! Warnings about how a query is written: what reads like an operator, and is looked for.

use crate::config::diagnostic::nearest;
use crate::config::{At, Config, Diagnostic, Diagnostics};
use crate::item::Language;
use crate::route::field::{Field, Kind};
use crate::route::query::{Expr, ExprKind, Leaf, Term};
use crate::route::{place, text};

/// Warns of what is well formed and likely means something else than it says.
pub(in crate::route) fn query(
    expr: &Expr,
    written: &At<String>,
    config: &Config,
    problems: &mut Diagnostics,
) {
    match &expr.kind {
        ExprKind::And(parts) | ExprKind::Or(parts) => {
            if matches!(expr.kind, ExprKind::And(_)) {
                parts.iter().for_each(|part| lower_case(part, written, problems));
            }
            parts.iter().for_each(|part| query(part, written, config, problems));
        }
        ExprKind::Near(_, parts) => {
            parts.iter().for_each(|part| query(part, written, config, problems));
        }
        ExprKind::Not(part) => query(part, written, config, problems),
        ExprKind::Leaf(field, Leaf::Term(term)) => {
            let said = match field {
                Field::Source => source(term, config),
                Field::Language => language(term),
                _ if term.quoted || field.kind() != Kind::Words => None,
                _ => sign(term).or_else(|| quotes(term, &written.value[expr.span.start..])),
            };
            if let Some((message, hint)) = said {
                let place = place::inside(written, expr.span.clone());
                problems.push(Diagnostic::warning(&place, message).hint(hint));
            }
        }
        ExprKind::Leaf(..) => {}
    }
}

/// An operator in lower case is a word to look for.
fn lower_case(part: &Expr, written: &At<String>, problems: &mut Diagnostics) {
    if let ExprKind::Leaf(Field::Text, Leaf::Term(term)) = &part.kind
        && !term.quoted
        && matches!(term.text.as_str(), "and" | "or" | "not" | "near")
    {
        let place = place::inside(written, part.span.clone());
        let message = format!("`{}` is looked for as a word here", term.text);
        let hint = format!("operators are written in capitals: `{}`", term.text.to_uppercase());
        problems.push(Diagnostic::warning(&place, message).hint(hint));
    }
}

/// A sign that means something in other query languages and is no more than punctuation here, with
/// what to write instead.
pub(in crate::route) fn foreign(text: &str) -> Option<(char, &'static str)> {
    let sign = text.chars().find(|c| matches!(c, '^' | '{' | '}' | '|'))?;
    let instead = match sign {
        '^' => "there are no boosts, a rule holds or does not: leave the `^` out",
        '|' => "for one of several write `OR` or `||`",
        _ => "write groups as `(a OR b)`, ranges as `urgency:[1 TO 3]` or `urgency:<3`",
    };
    Some((sign, instead))
}

/// Such a sign among words. One that stands alone is an error.
fn sign(term: &Term) -> Option<(String, String)> {
    let (sign, instead) = foreign(&term.text).filter(|_| text::has_words(&term.text))?;
    Some((format!("`{sign}` is no operator: it separates words here"), instead.to_owned()))
}

/// Single quotation marks, which are apostrophes here. `rest` is the query from this term on.
fn quotes(term: &Term, rest: &str) -> Option<(String, String)> {
    let opens = term.text.chars().next().filter(|c| matches!(c, '\'' | '‘' | '‚'))?;
    let mut ends = rest.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
    ends.any(|word| word.ends_with(['\'', '’', '‘'])).then(|| {
        let hint = "a phrase stands in double ones: `\"peace talks\"`".to_owned();
        (format!("`{opens}` quotes nothing: these are single words"), hint)
    })
}

/// A source that is neither configured nor pushes with a token of that name.
fn source(term: &Term, config: &Config) -> Option<(String, String)> {
    let mut names: Vec<&str> = config.sources.iter().map(|source| &*source.name.value).collect();
    if let Some(serve) = &config.serve {
        names.extend(serve.tokens.iter().map(|token| &*token.name.value));
        names.extend(serve.token_names.iter().map(String::as_str));
    }
    // Rules alone are for `test`, whose items name their sources themselves.
    let told = config.tests.iter().flat_map(|test| &test.items);
    names.extend(told.map(|told| &*told.item.source));
    let (plain, key) = (term.plain(), text::key(&term.plain()));
    if term.has_wildcards() || names.iter().any(|name| text::key(name) == key) {
        return None;
    }
    let hint = match nearest(&plain, names) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "to look for who published it, write `publisher:…`".to_owned(),
    };
    Some((format!("no source is named `{plain}`"), hint))
}

/// A code of two letters that ISO 639-1 gives to no language.
fn language(term: &Term) -> Option<(String, String)> {
    let unknown = Language::parse(&term.plain()).filter(|language| !language.is_assigned())?;
    let hint = "write an ISO 639 code, like `en` or `eng`".to_owned();
    Some((format!("no language has the code `{unknown}`"), hint))
}
