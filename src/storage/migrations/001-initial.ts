/** The first schema. Times are epoch milliseconds; JSON columns hold one value each. */
export const initialSchema = `
CREATE TABLE inbox (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  id          TEXT NOT NULL UNIQUE,
  session     INTEGER NOT NULL,
  source      TEXT NOT NULL,
  channel     TEXT NOT NULL,
  message_id  TEXT,
  author_name TEXT NOT NULL,
  text        TEXT NOT NULL,
  state       TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  moved_at    INTEGER NOT NULL,
  detail      TEXT
) STRICT;
CREATE INDEX inbox_by_session ON inbox (session, state, seq);

CREATE TABLE outbox (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  key        TEXT NOT NULL UNIQUE,
  channel    TEXT NOT NULL,
  kind       TEXT NOT NULL,
  content    TEXT NOT NULL,
  state      TEXT NOT NULL,
  parts      TEXT,
  sent_ids   TEXT NOT NULL DEFAULT '[]',
  created_at INTEGER NOT NULL,
  settled_at INTEGER,
  detail     TEXT
) STRICT;
CREATE INDEX outbox_pending ON outbox (channel, kind, seq) WHERE state = 'pending';

-- What is added to the outbox when another item is posted.
CREATE TABLE outbox_followers (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  after   TEXT NOT NULL REFERENCES outbox (key) ON DELETE CASCADE,
  key     TEXT NOT NULL UNIQUE,
  channel TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_followers_after ON outbox_followers (after);

CREATE TABLE turns (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  session    INTEGER NOT NULL,
  turn       TEXT NOT NULL,
  channel    TEXT NOT NULL,
  message    TEXT,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER,
  outcome    TEXT,
  UNIQUE (session, turn)
) STRICT;
CREATE INDEX turns_by_message ON turns (message) WHERE message IS NOT NULL;
CREATE INDEX turns_open ON turns (session, seq) WHERE outcome IS NULL;

CREATE TABLE turn_texts (
  key     TEXT PRIMARY KEY,
  session INTEGER NOT NULL,
  turn    TEXT NOT NULL,
  hash    TEXT NOT NULL,
  origin  TEXT NOT NULL,
  FOREIGN KEY (session, turn) REFERENCES turns (session, turn) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX turn_texts_by_turn ON turn_texts (session, turn, hash);

CREATE TABLE prompts (
  id         TEXT PRIMARY KEY,
  session    INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  tool       TEXT NOT NULL,
  input      TEXT NOT NULL,
  answer     TEXT,
  state      TEXT NOT NULL,
  since      INTEGER NOT NULL,
  moved_at   INTEGER NOT NULL,
  moved_by   TEXT
) STRICT;
CREATE INDEX prompts_by_session ON prompts (session, state);

CREATE TABLE sessions (
  number        INTEGER PRIMARY KEY,
  generation    INTEGER NOT NULL,
  lifecycle     TEXT NOT NULL,
  agent         TEXT NOT NULL,
  agent_session TEXT,
  handle        TEXT,
  token         TEXT NOT NULL UNIQUE,
  since         INTEGER NOT NULL
) STRICT;

CREATE TABLE facts (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
`;
