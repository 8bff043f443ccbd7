//! The `wirefold` binary: parse, run, exit code.

use std::process::ExitCode;

/// Stages hand on what they made to other threads, which let it go: glibc's allocator makes them
/// wait for each other there, and a start takes twice as long.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    wirefold::cli::run()
}
