//! `GET /v1/channels/{name}/stories`: a channel's history, page by page.
//!
//! Stories stand in the order of their last delivery on the channel, the latest first. A story
//! that gets an update moves to the front: `after` gives all that is new or has changed since,
//! `before` goes back in time.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::routing::get;
use jiff::Timestamp;

use super::doc::{Brief, Stories, Summary};
use crate::config::Config;
use crate::log::{LogError, Position, View};
use crate::publisher::Publishers;
use crate::route::folded_words;
use crate::serve::App;
use crate::serve::answer::Json;
use crate::serve::board::{Keeper, Story};
use crate::serve::path::Path;
use crate::serve::problem::Problem;
use crate::serve::query::{Query, cursor};
use crate::serve::token::Reader;
use crate::story::StoryId;

/// Stories on a page, at most.
const MOST: usize = 200;
/// Items that a filter reads for one page. What lies beyond is on the next page, which `older`
/// leads to even when this one is short.
const LOOKS: usize = 4_000;
/// Stories taken off the board in one go.
const STRIDE: usize = 256;
/// Items of one story that a filter looks at.
const MEMBERS: usize = 50;

const KNOWN: &[&str] =
    &["limit", "before", "after", "since", "until", "disputed", "publisher", "q"];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/v1/channels/{name}/stories", get(list))
}

#[utoipa::path(get, path = "/v1/channels/{name}/stories", operation_id = "list_stories", tag = "read",
    params(
        ("name" = String, Path, description = "The channel"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "Stories on a page"),
        ("before" = Option<String>, Query, pattern = "^(c[0-9a-f]{1,16})?$", description = "An `older` cursor"),
        ("after" = Option<String>, Query, pattern = "^(c[0-9a-f]{1,16})?$", description = "A `newer` cursor"),
        ("since" = Option<String>, Query, format = DateTime, description = "Delivered then or later"),
        ("until" = Option<String>, Query, format = DateTime, description = "Delivered earlier"),
        ("disputed" = Option<bool>, Query, description = "Whether reports contradict each other"),
        ("publisher" = Option<String>, Query, description = "Name, alias or family of one who reports it"),
        ("q" = Option<String>, Query, description = "Words of one headline of the story"),
    ),
    responses((status = 200, description = "Stories, the latest delivery first", body = Stories,
        links(
            ("story" = (operation_id = "show_story",
                parameters(("id" = "$response.body#/stories/0/id")))),
            ("newer" = (operation_id = "list_stories",
                parameters(("name" = "$request.path.name"), ("after" = "$response.body#/newer")))),
        )
    )))]
pub(in crate::serve) async fn list(
    State(app): State<App>,
    reader: Reader,
    Path(name): Path<String>,
    uri: Uri,
) -> Result<Json<Stories>, Problem> {
    let query = Query::read(&uri, KNOWN)?;
    super::channels::find(&app, &reader, &name)?;
    let mut ask = Ask::of(&query, name, &app.config())?;
    drop(super::board(&app).await?);
    // A cursor of another log may go further: what comes next would be before it.
    let last = Position(app.live.end().0.saturating_sub(1));
    ask.after = ask.after.map(|after| after.min(last));
    let (keeper, now) = (app.board.clone(), app.context.clock.now());
    super::look(&app, move |view| ask.answer(&keeper, view, now)).await.map(Json)
}

/// What is asked for.
struct Ask {
    channel: String,
    limit: usize,
    before: Option<Position>,
    after: Option<Position>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    filter: Filter,
}

struct Filter {
    disputed: Option<bool>,
    family: Option<String>,
    /// What one headline must have: each a word, or several that follow one another.
    words: Vec<Vec<String>>,
    publishers: Publishers,
}

impl Ask {
    fn of(query: &Query, channel: String, config: &Config) -> Result<Ask, Problem> {
        let publishers = Publishers::new(&config.publishers);
        let asked = query.text("q").unwrap_or("");
        let words = asked.split_whitespace().map(folded_words).filter(|run| !run.is_empty());
        let words: Vec<_> = words.collect();
        if words.is_empty() && !asked.trim().is_empty() {
            let detail = "`q` has no word: letters or digits are searched";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
        }
        Ok(Ask {
            channel,
            limit: query.count("limit", 50, MOST)?,
            before: query.cursor("before")?,
            after: query.cursor("after")?,
            since: query.time("since")?,
            until: query.time("until")?,
            filter: Filter {
                disputed: query.flag("disputed")?,
                family: query.text("publisher").map(|name| publishers.lookup(name).family),
                words,
                publishers,
            },
        })
    }

    fn answer(&self, keeper: &Keeper, view: &View, now: Timestamp) -> Result<Stories, LogError> {
        let mut from = self.after.map_or(Position(0), Position::next);
        let mut to = self.before.unwrap_or(Position(u64::MAX));
        if let Some(since) = self.since {
            from = from.max(view.first_at(since)?);
        }
        if let Some(until) = self.until {
            to = to.min(view.first_at(until)?);
        }
        // From a place onwards, the next ones after it; else the last ones.
        let rising = self.after.is_some() && self.before.is_none();
        let mut stories = Vec::new();
        let mut looks = LOOKS;
        let mut passed = None;
        let more = 'page: loop {
            let found = self.stride(keeper, from, to, rising);
            if found.is_empty() {
                break false;
            }
            for (position, id, story) in found {
                // What was delivered together stands on one page.
                let full = stories.len() >= self.limit || looks == 0;
                if full && passed != Some(position) {
                    break 'page true;
                }
                passed = Some(position);
                if rising {
                    from = position.next()
                } else {
                    to = position
                }
                if self.filter.holds(&story, view, now, &mut looks)? {
                    stories.extend(summary(&self.channel, position, id, &story, view, now)?);
                }
            }
        };
        if rising {
            stories.reverse();
        }
        let latest = stories.first().map(|(position, _)| *position);
        let oldest = stories.last().map(|(position, _)| *position);
        // A rising page that was cut short is gone on from where it was cut.
        let newer = match rising {
            true => passed.or(self.after),
            false => latest.max(self.before.filter(|_| latest.is_none())),
        };
        let older = match rising {
            true => oldest.or(self.after),
            false => passed.filter(|_| more),
        };
        Ok(Stories {
            channel: self.channel.clone(),
            stories: stories.into_iter().map(|(_, summary)| summary).collect(),
            older: older.map(cursor),
            newer: cursor(newer.unwrap_or_default()),
        })
    }

    /// The next stories on the board.
    fn stride(
        &self,
        keeper: &Keeper,
        from: Position,
        to: Position,
        rising: bool,
    ) -> Vec<(Position, StoryId, Story)> {
        let board = keeper.read();
        let found = board.on(&self.channel, from, to, STRIDE.min(self.limit + 1), rising);
        let story = |(position, id)| Some((position, id, board.story(id)?.1.clone()));
        found.into_iter().filter_map(story).collect()
    }
}

impl Filter {
    fn holds(
        &self,
        story: &Story,
        view: &View,
        now: Timestamp,
        looks: &mut usize,
    ) -> Result<bool, LogError> {
        if self.disputed.is_some_and(|disputed| disputed != story.disputed) {
            return Ok(false);
        }
        let (mut by, mut says) = (self.family.is_none(), self.words.is_empty());
        let mut last = None;
        for entry in story.entries.iter().take(MEMBERS) {
            if by && says {
                break;
            }
            if last.replace(entry.item) == Some(entry.item) {
                continue;
            }
            *looks = looks.saturating_sub(1);
            let Some(intake) = super::intake(view, entry.item)? else { continue };
            let Ok(item) = &intake.arrival.record else { continue };
            if super::doc::is_held(item, now) {
                continue;
            }
            by |= self.publishers.of(item).is_some_and(|found| Some(found.family) == self.family);
            says = says || {
                let headline = folded_words(&item.headline);
                let has = |run: &Vec<String>| {
                    let whole = headline.windows(run.len()).any(|at| at == run);
                    let [word] = run.as_slice() else { return whole };
                    whole || word.contains(unparted) && headline.iter().any(|it| it.contains(word))
                };
                self.words.iter().all(has)
            };
        }
        Ok(by && says)
    }
}

/// Whether a letter is of a script that parts no words, and of which [`folded_words`] makes one:
/// Thai, Lao, Burmese, Khmer.
fn unparted(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}')
}

/// A story in a list; `None` when nothing of it can be read.
pub(in crate::serve) fn summary(
    channel: &str,
    position: Position,
    id: StoryId,
    story: &Story,
    view: &View,
    now: Timestamp,
) -> Result<Option<(Position, Summary)>, LogError> {
    let brief = |item| Ok(super::intake(view, item)?.and_then(|intake| Brief::of(&intake, now)));
    let Some(first) = story.entries.first() else { return Ok(None) };
    // What the channel carried of it may all be split off: the first of the rest stands for it.
    let delivered = story.entries.iter().find(|entry| entry.position == position).unwrap_or(first);
    let Some(latest) = brief(delivered.item)? else { return Ok(None) };
    let lead = if first.item == delivered.item { None } else { brief(first.item)? };
    let Some(logged) = super::record(view, position)? else { return Ok(None) };
    let summary = Summary {
        id: id.to_string(),
        link: format!("/v1/stories/{id}"),
        lead: lead.unwrap_or_else(|| latest.clone()),
        latest,
        delivery: format!("{channel}/{position}"),
        updated: logged.at,
        first: story.first,
        last: story.last,
        items: story.items,
        publishers: story.publishers,
        disputed: story.disputed,
        killed: story.killed,
    };
    Ok(Some((position, summary)))
}
