/** Files that agents named, and that people may fetch. */
export const fileOffersSchema = `
CREATE TABLE file_offers (
  id         TEXT PRIMARY KEY,
  session    INTEGER NOT NULL,
  turn       TEXT NOT NULL,
  path       TEXT NOT NULL,
  name       TEXT NOT NULL,
  offered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX file_offers_by_turn ON file_offers (session, turn, path);
CREATE INDEX file_offers_by_age ON file_offers (offered_at);
`;
