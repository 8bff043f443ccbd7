-- The tables of [[sink.postgres]]; @ stands for the schema.
CREATE SCHEMA IF NOT EXISTS @;

-- A story as of the last of its items that was delivered here. Where that withdraws a report that others
-- stand by, headline and link are those of the newest that stands.
CREATE TABLE IF NOT EXISTS @.stories (
    story       text PRIMARY KEY,
    headline    text NOT NULL,
    link        text,
    first_event timestamptz NOT NULL,
    last_event  timestamptz NOT NULL,
    items       integer NOT NULL,
    publishers  integer NOT NULL,
    disputed    boolean NOT NULL,
    killed      boolean NOT NULL,
    position    bigint NOT NULL
);

-- `family` is a number for the publisher family, which an item may tell otherwise than by its publisher.
CREATE TABLE IF NOT EXISTS @.items (
    item      bigint PRIMARY KEY,
    story     text NOT NULL,
    headline  text NOT NULL,
    byline    text,
    publisher text,
    source    text NOT NULL,
    uri       text,
    link      text,
    event     timestamptz NOT NULL,
    received  timestamptz NOT NULL,
    position  bigint NOT NULL,
    family    bigint
);
CREATE INDEX IF NOT EXISTS items_story ON @.items (story);

-- One row for each delivery; `json` is the event as every sink has it. A digest is a row (part -1, verdict
-- Digest, no item and no story), and so is each of its stories (part 0, 1 ...).
CREATE TABLE IF NOT EXISTS @.deliveries (
    channel   text NOT NULL,
    position  bigint NOT NULL,
    item      bigint NOT NULL,
    story     text NOT NULL,
    verdict   text NOT NULL,
    received  timestamptz NOT NULL,
    json      jsonb NOT NULL,
    delivered timestamptz NOT NULL DEFAULT now(),
    part      integer NOT NULL DEFAULT 0,
    PRIMARY KEY (channel, position, part)
);

-- Records that are no items (channel `rejected`).
CREATE TABLE IF NOT EXISTS @.rejected (
    position  bigint PRIMARY KEY,
    item      bigint NOT NULL,
    source    text NOT NULL,
    reason    text NOT NULL,
    received  timestamptz NOT NULL,
    json      jsonb NOT NULL,
    delivered timestamptz NOT NULL DEFAULT now()
);

-- Positions that this sink will never get: trimmed or damaged.
CREATE TABLE IF NOT EXISTS @.gaps (
    first_position bigint NOT NULL,
    next_position  bigint NOT NULL,
    json           jsonb NOT NULL,
    delivered      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (first_position, next_position)
);
