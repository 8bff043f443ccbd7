//! The `wirefold` binary: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    wirefold::cli::run()
}
