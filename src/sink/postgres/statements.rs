//! One statement for each table, each taking all rows of a batch.

use jiff::Timestamp;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement, Transaction};

use super::rows::Rows;
use crate::item::Seq;

const STORIES: &str = "
INSERT INTO @.stories AS old (story, headline, link, first_event, last_event, items, publishers,
                              disputed, killed, position)
SELECT story, headline, link, event::timestamptz, event::timestamptz, items, publishers, disputed,
       killed, position
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int4[], $6::int4[], $7::bool[],
            $8::bool[], $9::int8[])
     AS new (story, headline, link, event, items, publishers, disputed, killed, position)
ON CONFLICT (story) DO UPDATE SET
    headline = excluded.headline, link = excluded.link,
    first_event = least(old.first_event, excluded.first_event),
    last_event = greatest(old.last_event, excluded.last_event),
    items = excluded.items, publishers = excluded.publishers, disputed = excluded.disputed,
    killed = excluded.killed, position = excluded.position
WHERE excluded.position >= old.position";

/// A column that [`ITEMS`] do without where the table is of an earlier version.
const FAMILY: &str = ", family";

const ITEMS: &str = "
INSERT INTO @.items AS old (item, story, headline, byline, publisher, source, uri, link, event,
                            received, position, family)
SELECT item, story, headline, byline, publisher, source, uri, link, event::timestamptz,
       received::timestamptz, position, family
FROM unnest($1::int8[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::int8[], $12::int8[])
     AS new (item, story, headline, byline, publisher, source, uri, link, event, received, position,
             family)
ON CONFLICT (item) DO UPDATE SET story = excluded.story, position = excluded.position
WHERE excluded.position >= old.position";

const MERGED_ITEMS: &str = "
UPDATE @.items AS old SET story = new.kept
FROM unnest($1::text[], $2::text[]) AS new (alias, kept)
WHERE old.story = new.alias";

const MERGED_STORIES: &str = "DELETE FROM @.stories WHERE story = ANY($1::text[])";

/// Of stories of which something was withdrawn, headline and link of the newest report that stands: which
/// neither withdraws anything, nor was withdrawn since by its provider (as `story::Report` has it). What
/// withdraws is looked for once. Where the tables have no families, they are null.
const STANDING: &str = "
WITH kills AS MATERIALIZED (
    SELECT kill.item, kill.story, kill.uri, kill.publisher, kill.source, told.json ->> 'of' AS of,
           to_jsonb(kill.*) ->> 'family' AS family
    FROM @.items AS kill JOIN @.deliveries AS told
        ON told.channel = ANY($2::text[]) AND told.position = kill.position
           AND told.item = kill.item AND told.verdict = 'Kill'
    WHERE kill.story = ANY($1::text[]))
UPDATE @.stories AS old SET headline = new.headline, link = new.link
FROM (SELECT DISTINCT ON (item.story) item.story, item.headline, item.link
      FROM @.items AS item
      WHERE item.story = ANY($1::text[]) AND NOT EXISTS (
          SELECT FROM kills AS kill
          WHERE kill.story = item.story AND kill.item >= item.item
                AND (kill.item = item.item OR kill.uri = item.uri
                     OR kill.publisher = item.publisher
                     OR coalesce(kill.family = to_jsonb(item.*) ->> 'family',
                                 coalesce(kill.publisher, kill.source)
                                 = coalesce(item.publisher, item.source))
                     OR kill.of = item.item::text))
      ORDER BY item.story, item.position DESC, item.item DESC) AS new
WHERE old.story = new.story AND NOT old.killed";

/// Counts only rows that are new or were there before for the same item.
const DELIVERIES: &str = "
INSERT INTO @.deliveries AS old (channel, position, item, story, verdict, received, json, part)
SELECT channel, position, item, story, verdict, received::timestamptz, json::jsonb, part
FROM unnest($1::text[], $2::int8[], $3::int8[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::int4[])
     AS new (channel, position, item, story, verdict, received, json, part)
ON CONFLICT (channel, position, part) DO UPDATE SET item = excluded.item
WHERE old.item = excluded.item AND old.received = excluded.received";

const REJECTED: &str = "
INSERT INTO @.rejected (position, item, source, reason, received, json)
SELECT position, item, source, reason, received::timestamptz, json::jsonb
FROM unnest($1::int8[], $2::int8[], $3::text[], $4::text[], $5::text[], $6::text[])
     AS new (position, item, source, reason, received, json)
ON CONFLICT (position) DO NOTHING";

const GAPS: &str = "
INSERT INTO @.gaps (first_position, next_position, json)
SELECT first_position, next_position, json::jsonb
FROM unnest($1::int8[], $2::int8[], $3::text[]) AS new (first_position, next_position, json)
ON CONFLICT (first_position, next_position) DO NOTHING";

/// The newest item: its number, and when it was taken in, in microseconds since 1970.
const NEWEST: &str = "
SELECT item, (extract(epoch FROM received) * 1000000)::int8 FROM @.items ORDER BY item DESC LIMIT 1";

/// The newest item of the tables, and when it was taken in.
pub(super) async fn newest(
    client: &Client,
    schema: &str,
) -> Result<Option<(Seq, Timestamp)>, Error> {
    let Some(row) = client.query_opt(&NEWEST.replace('@', schema), &[]).await? else {
        return Ok(None);
    };
    let (item, received): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    // What is out of range was not written here.
    Ok(u64::try_from(item).ok().map(Seq).zip(Timestamp::from_microsecond(received).ok()))
}

/// The statements, known to the server.
pub(super) struct Statements {
    stories: Statement,
    items: Statement,
    merged_items: Statement,
    merged_stories: Statement,
    standing: Statement,
    deliveries: Statement,
    rejected: Statement,
    gaps: Statement,
}

impl Statements {
    /// `families`: the items have a column for them.
    pub(super) async fn prepare(
        client: &Client,
        schema: &str,
        families: bool,
    ) -> Result<Statements, Error> {
        let prepare = async |text: &str| client.prepare(&text.replace('@', schema)).await;
        let items = if families { ITEMS.to_owned() } else { ITEMS.replace(FAMILY, "") };
        Ok(Statements {
            stories: prepare(STORIES).await?,
            items: prepare(&items).await?,
            merged_items: prepare(MERGED_ITEMS).await?,
            merged_stories: prepare(MERGED_STORIES).await?,
            standing: prepare(STANDING).await?,
            deliveries: prepare(DELIVERIES).await?,
            rejected: prepare(REJECTED).await?,
            gaps: prepare(GAPS).await?,
        })
    }

    /// Writes all rows. False when a delivery was there already, but of another item.
    pub(super) async fn write(&self, to: &Transaction<'_>, rows: &Rows) -> Result<bool, Error> {
        let mut same_log = true;
        if rows.deliveries() > 0 {
            let d = &rows.deliveries;
            let columns: [&(dyn ToSql + Sync); 8] = [
                &d.channel,
                &d.position,
                &d.item,
                &d.story,
                &d.verdict,
                &d.received,
                &d.json,
                &d.part,
            ];
            let written = to.execute(&self.deliveries, &columns).await?;
            same_log = usize::try_from(written) == Ok(rows.deliveries());
            let s = &rows.stories;
            let columns: [&(dyn ToSql + Sync); 9] = [
                &s.story,
                &s.headline,
                &s.link,
                &s.event,
                &s.items,
                &s.publishers,
                &s.disputed,
                &s.killed,
                &s.position,
            ];
            to.execute(&self.stories, &columns).await?;
            let i = &rows.items;
            let columns: [&(dyn ToSql + Sync); 12] = [
                &i.item,
                &i.story,
                &i.headline,
                &i.byline,
                &i.publisher,
                &i.source,
                &i.uri,
                &i.link,
                &i.event,
                &i.received,
                &i.position,
                &i.family,
            ];
            to.execute(&self.items, &columns).await?;
        }
        if !rows.merged.alias.is_empty() {
            let m = &rows.merged;
            to.execute(&self.merged_items, &[&m.alias, &m.kept]).await?;
            to.execute(&self.merged_stories, &[&m.alias]).await?;
        }
        if !rows.standing.story.is_empty() {
            let s = &rows.standing;
            to.execute(&self.standing, &[&s.story, &s.channel]).await?;
        }
        if !rows.rejected.position.is_empty() {
            let r = &rows.rejected;
            let columns: [&(dyn ToSql + Sync); 6] =
                [&r.position, &r.item, &r.source, &r.reason, &r.received, &r.json];
            to.execute(&self.rejected, &columns).await?;
        }
        if !rows.gaps.first.is_empty() {
            let g = &rows.gaps;
            let columns: [&(dyn ToSql + Sync); 3] = [&g.first, &g.next, &g.json];
            to.execute(&self.gaps, &columns).await?;
        }
        Ok(same_log)
    }
}
