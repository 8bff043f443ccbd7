//! The real binary, from outside. Every test reads as a sentence.

mod check;
mod daemon;
mod explain;
mod feeds;
mod kill;
mod policy;
mod push;
mod readme;
mod reload;
mod replay;
mod support;
mod web;
