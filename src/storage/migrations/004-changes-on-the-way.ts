/** What authors do to their messages while these are being handed over. */
export const changesOnTheWaySchema = `
-- What the author made of the message meanwhile: in force once it is queued again.
ALTER TABLE inbox ADD COLUMN amended_text TEXT;
ALTER TABLE inbox ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
DROP INDEX inbox_changeable;
CREATE INDEX inbox_changeable ON inbox (channel, seq) WHERE state IN ('queued', 'held', 'sending', 'uncertain');
`;
