//! The query as written: its tree, each part with the bytes it stands at.
//!
//! ```text
//! query   = and { ( "OR" | "||" ) and }
//! and     = not { [ "AND" | "&&" ] not }
//! not     = ("NOT" | "-" | "!") not | near
//! near    = operand { "NEAR/" number operand }
//! operand = "(" query ")" | field ":" value | term
//! value   = "(" query ")" | compare literal | "[" literal "TO" literal "]" | term
//! term    = ["="] ( word | '"' words '"' ) [ "~" [number] ] | "@" list | "*"
//! compare = ">=" | "<=" | ">" | "<"
//! ```
//!
//! Typographic quotation marks (`“…”`, `„…“`, `«…»`) are quotation marks, too.

use std::ops::Range;

use super::field::Field;

mod parse;
mod term;

pub(super) use parse::{SyntaxError, parse};
pub(super) use term::Term;

/// A part of a query.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expr {
    /// What it is.
    pub(super) kind: ExprKind,
    /// The bytes of the query it stands at.
    pub(super) span: Range<usize>,
}

/// What a part of a query is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ExprKind {
    /// All of them hold.
    And(Vec<Expr>),
    /// At least one holds.
    Or(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// Both occur, at most this many words apart.
    Near(u32, Box<[Expr; 2]>),
    /// A test of one field.
    Leaf(Field, Leaf),
}

/// What is asked of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Leaf {
    /// A word, a phrase or a value.
    Term(Term),
    /// An entry of the named list.
    List(String),
    /// `*`: anything at all.
    Any,
    /// `>=3`.
    Compare(Compare, String),
    /// `[1 TO 3]`, both ends included.
    Between(String, String),
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    AtLeast,
    AtMost,
    Above,
    Below,
}
