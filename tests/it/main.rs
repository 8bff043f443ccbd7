//! The real binary, from outside. Every test reads as a sentence.

mod check;
mod daemon;
mod delivery;
mod explain;
mod feeds;
mod full_disk;
mod kill;
mod log;
mod push;
mod readme;
mod receiver;
mod reload;
mod replay;
mod support;
mod web;
