//! `[[serve.token]]`: who may do what over HTTP.

use std::path::Path;

use crate::config::diagnostic::{Diagnostic, Diagnostics};
use crate::config::reader::{At, Table};
use crate::config::secret::{self, Secret};

/// One token beside those of `token_file`.
#[derive(Clone, Debug)]
pub struct TokenConfig {
    /// Its name: in messages, and the source of what is pushed with it.
    pub name: At<String>,
    /// Where the token itself stands.
    pub secret: Secret,
    /// It may read.
    pub read: bool,
    /// It may push items.
    pub push: bool,
    /// It may do everything.
    pub admin: bool,
    /// What is pushed with it may correct and kill; without it as its format has it.
    pub lifecycle: Option<bool>,
    /// The only channels it may read; all without it.
    pub channels: Option<Vec<At<String>>>,
    /// Requests a second in the long run; as `[serve]` has it without one.
    pub rate: Option<f64>,
    /// Requests at once; as `[serve]` has it without one.
    pub burst: Option<u32>,
}

const SCOPES: [&str; 3] = ["read", "push", "admin"];

pub(super) fn read(
    serve: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> Vec<TokenConfig> {
    let tables = serve.tables("token", problems);
    tables.into_iter().filter_map(|table| token(table, folder, problems)).collect()
}

fn token(mut table: Table<'_>, folder: &Path, problems: &mut Diagnostics) -> Option<TokenConfig> {
    let place = table.place().clone();
    let name = table.required_name(problems);
    let before = problems.sorted().len();
    let secret = secret::read(&mut table, ["file", "env"], folder, problems);
    if secret.is_none() && problems.sorted().len() == before {
        let problem = Diagnostic::error(&place, "[[serve.token]] has neither `file` nor `env`");
        problems.push(problem.hint("the token stands alone in the file, or in the variable"));
    }
    let scopes = table.list::<String>("scopes", problems);
    let channels = table.list::<String>("channels", problems);
    let lifecycle = table.get::<bool>("lifecycle", problems);
    let rate = super::rate(&mut table, problems);
    let burst = table.has("burst").then(|| table.within("burst", 1, 1..=u32::MAX, problems));
    table.finish(problems);
    let scopes = match scopes {
        Some(scopes) if !scopes.value.is_empty() => scopes.value,
        _ => {
            let problem = Diagnostic::error(&place, "[[serve.token]] has no `scopes`");
            problems.push(problem.hint("add `scopes = [\"read\"]`; `push` and `admin` are others"));
            Vec::new()
        }
    };
    for scope in scopes.iter().filter(|scope| !SCOPES.contains(&&*scope.value)) {
        let problem = Diagnostic::error(&scope.place, format!("no scope `{}`", scope.value));
        problems.push(problem.hint("the scopes are `read`, `push` and `admin`"));
    }
    let has = |word: &str| scopes.iter().any(|scope| scope.value == word);
    let (read, push, admin) = (has("read"), has("push"), has("admin"));
    if let Some(channels) = channels.as_ref().filter(|_| admin || !read) {
        let problem = Diagnostic::error(&channels.place, "`channels` narrows the scope `read`");
        problems.push(problem.hint("`admin` reads everything, `push` nothing"));
    }
    if let Some(lifecycle) = lifecycle.as_ref().filter(|_| !admin && !push) {
        let message = "`lifecycle` is about what is pushed, and this token may not push";
        let problem = Diagnostic::error(&lifecycle.place, message);
        problems.push(problem.hint("add the scope `push`"));
    }
    let (channels, lifecycle) =
        (channels.map(|list| list.value), lifecycle.map(|found| found.value));
    let secret = secret?;
    Some(TokenConfig { name, secret, read, push, admin, lifecycle, channels, rate, burst })
}
