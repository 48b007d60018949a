/** Files that came with messages. */
export const filesOfMessagesSchema = `
CREATE TABLE message_files (
  message  TEXT NOT NULL REFERENCES inbox (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  -- The chat server's.
  id       TEXT NOT NULL,
  name     TEXT NOT NULL,
  size     INTEGER NOT NULL,
  url      TEXT NOT NULL,
  -- Of a voice message.
  seconds  REAL,
  state    TEXT NOT NULL,
  -- JSON: what became of it.
  outcome  TEXT,
  PRIMARY KEY (message, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_files_waiting ON message_files (message) WHERE state = 'waiting';
`;
