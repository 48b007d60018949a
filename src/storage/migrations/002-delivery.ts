/** Catch-up, messages in the agent's own queue, traces, channels that refuse. */
export const deliverySchema = `
ALTER TABLE inbox ADD COLUMN author_id TEXT;
ALTER TABLE inbox ADD COLUMN sent_at INTEGER NOT NULL DEFAULT 0;
UPDATE inbox SET sent_at = received_at;
CREATE INDEX inbox_changeable ON inbox (channel, seq) WHERE state IN ('queued', 'held');
CREATE INDEX inbox_by_chat_message ON inbox (message_id) WHERE message_id IS NOT NULL;

-- The life of each inbox message.
CREATE TABLE traces (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  message TEXT NOT NULL REFERENCES inbox (id) ON DELETE CASCADE,
  at      INTEGER NOT NULL,
  event   TEXT NOT NULL,
  detail  TEXT NOT NULL
) STRICT;
CREATE INDEX traces_by_message ON traces (message, seq);

ALTER TABLE outbox ADD COLUMN tried_at INTEGER;
ALTER TABLE outbox ADD COLUMN message TEXT;
ALTER TABLE outbox_followers ADD COLUMN message TEXT;
-- What an item is about: the text that an edit changes, the chat message that a reaction is on.
ALTER TABLE outbox ADD COLUMN target TEXT;
UPDATE outbox SET target = json_extract(content, '$.messageId') WHERE kind = 'reaction';
CREATE INDEX outbox_by_target ON outbox (target) WHERE state = 'pending' AND target IS NOT NULL;

-- Each chat message that is out: the parts of an item, in order.
CREATE TABLE outbox_parts (
  key        TEXT NOT NULL REFERENCES outbox (key) ON DELETE CASCADE,
  part       INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  PRIMARY KEY (key, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_parts_by_message ON outbox_parts (message_id);
INSERT INTO outbox_parts SELECT outbox.key, sent.key, sent.value FROM outbox, json_each(outbox.sent_ids) AS sent;
ALTER TABLE outbox DROP COLUMN sent_ids;

CREATE TABLE parked_channels (
  channel TEXT PRIMARY KEY,
  code    TEXT NOT NULL,
  since   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each channel was read.
CREATE TABLE channels (
  channel   TEXT PRIMARY KEY,
  parent    TEXT,
  watermark TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Messages that an agent took into a turn that was running already.
CREATE TABLE turn_messages (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  session INTEGER NOT NULL,
  turn    TEXT NOT NULL,
  message TEXT NOT NULL,
  UNIQUE (session, turn, message),
  FOREIGN KEY (session, turn) REFERENCES turns (session, turn) ON DELETE CASCADE
) STRICT;
CREATE INDEX turn_messages_by_message ON turn_messages (message);
`;
