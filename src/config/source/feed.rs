//! `[[source.feed]]`: a feed on the web.

use std::path::Path;
use std::time::Duration;

use url::Url;

use crate::config::diagnostic::{Diagnostic, Diagnostics};
use crate::config::login::{self, Login};
use crate::config::reader::Table;
use crate::config::value::Span;

/// A feed on the web.
#[derive(Clone, Debug)]
pub struct FeedConfig {
    /// Its address.
    pub url: Url,
    /// What its server is told of who asks.
    pub login: Option<Login>,
    /// Not asked more often than this.
    pub min_interval: Duration,
    /// Not asked less often than this while it works.
    pub max_interval: Duration,
    /// At first contact, items older than this count as seen.
    pub backfill: Duration,
    /// It may lead to private addresses.
    pub allow_private: bool,
}

/// No server should be asked more often, whatever is configured.
const SOONEST: Duration = Duration::from_secs(1);

pub(super) fn read(
    table: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> Option<FeedConfig> {
    let url = table.require::<Url>("url", problems);
    let login = login::read(table, folder, url.as_ref(), problems);
    let min = table.get::<Span>("min_interval", problems);
    let max = table.get::<Span>("max_interval", problems);
    let backfill = table.or("backfill", Span(Duration::from_secs(2 * 3_600)), problems).0;
    let allow_private = table.or("allow_private", false, problems);
    let min_interval =
        min.as_ref().map_or(Duration::from_secs(120), |min| min.value.0.max(SOONEST));
    let max_interval = max.as_ref().map_or(Duration::from_secs(3_600), |max| max.value.0);
    if let Some(place) = max.or(min).map(|at| at.place).filter(|_| max_interval < min_interval) {
        let message = "`max_interval` is shorter than `min_interval`";
        let hint = "without them a feed is asked every 2m to 1h, as its own rhythm has it";
        problems.push(Diagnostic::error(&place, message).hint(hint));
    }
    let url = url?.value;
    Some(FeedConfig { url, login, min_interval, max_interval, backfill, allow_private })
}
