//! From the text of a query to its tree. Recursive descent, one function a line of the grammar.

use std::ops::Range;

use super::{Compare, Expr, ExprKind, Leaf, Term};
use crate::config::diagnostic::nearest;
use crate::route::field::{FIELDS, Field};

mod scan;

use scan::closing;

/// How deep groups may nest.
const DEEPEST: usize = 100;

/// What is wrong with a query, and where.
#[derive(Clone, Debug)]
pub(crate) struct SyntaxError {
    /// What is wrong, without a full stop.
    pub(crate) message: String,
    /// The bytes of the query that are marked.
    pub(crate) span: Range<usize>,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

/// Parses a query. Names of unknown fields are all reported; after any other mistake the rest
/// cannot be made sense of.
pub(crate) fn parse(text: &str) -> Result<Expr, Vec<SyntaxError>> {
    let mut parser = Parser { text, at: 0, depth: 0, field: Field::Text, unknown: Vec::new() };
    let parsed = parser.query().and_then(|query| {
        parser.blank();
        match parser.peek() {
            None => Ok(query),
            Some(')') => Err(parser.wrong_here(1, "this `)` closes nothing")),
            Some(_) => Err(parser.wrong_here(1, "this cannot stand here")),
        }
    });
    match parsed {
        Ok(query) if parser.unknown.is_empty() => Ok(query),
        Ok(_) => Err(parser.unknown),
        Err(error) => {
            parser.unknown.push(error);
            Err(parser.unknown)
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    /// The byte that is read next.
    at: usize,
    depth: usize,
    /// The field that a bare word is looked for in.
    field: Field,
    unknown: Vec<SyntaxError>,
}

type Parsed<T> = Result<T, SyntaxError>;

impl Parser<'_> {
    fn query(&mut self) -> Parsed<Expr> {
        let mut any = vec![self.and()?];
        while self.keyword("OR") || self.symbol("||") {
            any.push(self.and()?);
        }
        Ok(join(any, ExprKind::Or))
    }

    fn and(&mut self) -> Parsed<Expr> {
        let mut all = vec![self.not()?];
        loop {
            let named = self.keyword("AND") || self.symbol("&&");
            self.blank();
            let ends = matches!(self.peek(), None | Some(')'))
                || self.ahead("OR")
                || self.rest().starts_with("||");
            if ends && !named {
                return Ok(join(all, ExprKind::And));
            }
            all.push(self.not()?);
        }
    }

    fn not(&mut self) -> Parsed<Expr> {
        self.blank();
        let start = self.at;
        if self.keyword("NOT") || self.symbol("-") || self.symbol("!") {
            self.enter()?;
            let inner = self.not()?;
            self.depth -= 1;
            let span = start..inner.span.end;
            return Ok(Expr { kind: ExprKind::Not(Box::new(inner)), span });
        }
        self.near()
    }

    fn near(&mut self) -> Parsed<Expr> {
        let mut left = self.operand()?;
        while let Some(within) = self.near_operator()? {
            self.blank();
            if let Some(length) = self.negation() {
                let message = "NEAR joins what is there, not what is missing";
                let problem = self.wrong_here(length, message);
                return Err(problem.hinted("exclude the whole: `NOT (a NEAR/5 b)`"));
            }
            let right = self.operand()?;
            let span = left.span.start..right.span.end;
            left = Expr { kind: ExprKind::Near(within, Box::new([left, right])), span };
        }
        Ok(left)
    }

    fn near_operator(&mut self) -> Parsed<Option<u32>> {
        self.blank();
        if self.ahead("NEAR") {
            return Err(self.wrong_here(4, "NEAR needs a distance").hinted("write `NEAR/5`"));
        }
        let Some(digits) = self.rest().strip_prefix("NEAR/") else { return Ok(None) };
        let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let within = digits[..length].parse::<u32>().ok().filter(|n| (1..=1_000).contains(n));
        let Some(within) = within else {
            let message = "the distance of NEAR is a whole number from 1 to 1000";
            return Err(self.wrong_here(5 + length, message).hinted("write `NEAR/5`"));
        };
        self.at += 5 + length;
        Ok(Some(within))
    }

    fn operand(&mut self) -> Parsed<Expr> {
        self.blank();
        let start = self.at;
        match self.peek() {
            None => Err(self.missing(start)),
            Some('(') => self.group(),
            Some(')') if start == 0 => Err(self.wrong_here(1, "this `)` closes nothing")),
            Some(')') => Err(self.missing(start)),
            Some(_) => match (self.joint(), self.field_name()) {
                (Some(length), _) => {
                    let message = format!("`{}` joins nothing on its left", &self.rest()[..length]);
                    Err(self.wrong_here(length, message).hinted(QUOTE_IT))
                }
                (None, Some(name)) => self.fielded(name),
                (None, None) => self.term(),
            },
        }
    }

    fn group(&mut self) -> Parsed<Expr> {
        let start = self.at;
        self.enter()?;
        self.at += 1;
        let mut inner = self.query()?;
        self.blank();
        if !self.symbol(")") {
            return Err(SyntaxError {
                message: "this `(` is never closed".to_owned(),
                span: start..start + 1,
                hint: Some("add a `)`".to_owned()),
            });
        }
        self.depth -= 1;
        inner.span = start..self.at;
        Ok(inner)
    }

    /// The name before a `:`, if one stands here.
    fn field_name(&self) -> Option<Range<usize>> {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        let colon = length > 0 && rest[length..].starts_with(':');
        colon.then(|| self.at..self.at + length)
    }

    fn fielded(&mut self, name: Range<usize>) -> Parsed<Expr> {
        let start = name.start;
        let word = &self.text[name.clone()];
        let field = Field::parse(word).unwrap_or_else(|| {
            let problem = SyntaxError {
                message: format!("there is no field `{word}`"),
                span: name.clone(),
                hint: Some(match nearest(word, FIELDS.iter().map(|(known, _)| *known)) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("if no field is meant, write \"{word}:…\" in quotation marks"),
                }),
            };
            self.unknown.push(problem);
            Field::Text
        });
        self.at = name.end + 1;
        if self.peek().is_none_or(|c| c.is_whitespace() || c == ')') {
            let problem = self.wrong(name.start..self.at, format!("`{word}:` has no value"));
            return Err(problem.hinted(format!("write it without a space: `{word}:value`")));
        }
        if let Some(length) = self.negation() {
            let sign = &self.rest()[..length];
            let message = format!("`{sign}` stands behind `{word}:`");
            let turned = if length == 1 { sign.to_owned() } else { format!("{sign} ") };
            let problem = self.wrong_here(length, message);
            return Err(problem.hinted(format!("write it before: `{turned}{word}:…`")));
        }
        let outer = std::mem::replace(&mut self.field, field);
        let value = match self.peek() {
            Some('(') => self.group(),
            Some('[') => self.between(),
            Some('<' | '>') => self.compare(),
            _ => self.term(),
        };
        self.field = outer;
        value.map(|value| Expr { span: start..value.span.end, ..value })
    }

    fn compare(&mut self) -> Parsed<Expr> {
        let start = self.at;
        let operators = [
            (">=", Compare::AtLeast),
            ("<=", Compare::AtMost),
            (">", Compare::Above),
            ("<", Compare::Below),
        ];
        let found = operators.iter().find(|(sign, _)| self.rest().starts_with(sign));
        let Some((sign, compare)) = found else { return Err(self.missing(start)) };
        self.at += sign.len();
        let value = self.literal()?;
        Ok(self.leaf(start, Leaf::Compare(*compare, value)))
    }

    fn between(&mut self) -> Parsed<Expr> {
        let start = self.at;
        self.at += 1;
        let low = self.literal()?;
        let to = self.keyword("TO");
        let high = if to { self.literal()? } else { String::new() };
        self.blank();
        if !to || !self.symbol("]") {
            let problem = self.wrong(start..self.at, "this is not a range");
            return Err(problem.hinted("write `[1 TO 3]`"));
        }
        Ok(self.leaf(start, Leaf::Between(low, high)))
    }

    fn term(&mut self) -> Parsed<Expr> {
        let start = self.at;
        if self.symbol("@") {
            let rest = self.rest();
            let named = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
            let length = rest.find(|c| !named(c)).unwrap_or(rest.len());
            if length == 0 {
                return Err(self.wrong(start..self.at, "`@` needs the name of a list"));
            }
            let name = rest[..length].to_owned();
            self.at += length;
            return Ok(self.leaf(start, Leaf::List(name)));
        }
        let mut term = Term { exact: self.symbol("="), ..Term::default() };
        let closing = self.peek().and_then(closing);
        term.quoted = closing.is_some();
        term.text = match closing {
            Some(closing) => self.quoted(closing)?,
            None => self.word()?,
        };
        if term.text == "*" && !term.quoted && !term.exact {
            return Ok(self.leaf(start, Leaf::Any));
        }
        if self.symbol("~") {
            let rest = self.rest();
            let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let number = if length == 0 { Some(1) } else { rest[..length].parse().ok() };
            self.at += length;
            if number.is_none_or(|n| n > 100) {
                return Err(self.wrong(start..self.at, "the number after `~` is too large"));
            }
            term.tilde = number;
        }
        Ok(self.leaf(start, Leaf::Term(term)))
    }

    fn leaf(&self, start: usize, leaf: Leaf) -> Expr {
        Expr { kind: ExprKind::Leaf(self.field, leaf), span: start..self.at }
    }

    fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.wrong_here(1, format!("groups nest deeper than {DEEPEST}")));
        }
        Ok(())
    }

    fn missing(&self, at: usize) -> SyntaxError {
        let message = if self.text.trim().is_empty() {
            "the query is empty"
        } else {
            "something to look for is missing here"
        };
        let problem = self.wrong(at..at + 1, message);
        if self.text.trim().is_empty() { problem.hinted("`*` matches every item") } else { problem }
    }

    fn wrong(&self, span: Range<usize>, message: impl Into<String>) -> SyntaxError {
        SyntaxError { message: message.into(), span, hint: None }
    }

    fn wrong_here(&self, length: usize, message: impl Into<String>) -> SyntaxError {
        self.wrong(self.at..self.at + length, message)
    }
}

const QUOTE_IT: &str = "to look for the word itself, write it in quotation marks";

impl SyntaxError {
    fn hinted(mut self, hint: impl Into<String>) -> SyntaxError {
        self.hint = Some(hint.into());
        self
    }
}

fn join(mut parts: Vec<Expr>, kind: fn(Vec<Expr>) -> ExprKind) -> Expr {
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return only;
    }
    let start = parts.first().map_or(0, |part| part.span.start);
    let end = parts.last().map_or(0, |part| part.span.end);
    Expr { kind: kind(parts), span: start..end }
}

#[cfg(test)]
mod tests;
