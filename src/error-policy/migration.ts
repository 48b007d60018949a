import { refused, row } from './row.ts';

const again = 'Mend that, and run the command again.';

/** What `vai migrate`, and other changes of many files as one step, answer. */
export const migration = {
  'changes-undone': refused('… Everything is as it was before.', 'the sentence says it', again),
  'changes-stuck': row(
    'unknown',
    'retry',
    'What was begun could not be undone: …',
    'a full disk, or files that this user may not change',
    'Mend that; the next run of the command, or the next start of the bridge, goes on.',
  ),
  'changes-journal-unreadable': row(
    'unknown',
    'none',
    'The journal … cannot be read: ….',
    'a disk that fails, or something else wrote it',
    'It tells what to undo, so nothing is done before it is mended: see the copies beside it, then remove it.',
  ),
  'migration-unfinished': refused(
    'An earlier migration was killed before it had ended.',
    '',
    '`vai migrate` without `--dry-run` ends it first, and so does the next start of the bridge.',
  ),
  'migration-record-unreadable': refused(
    '… cannot be read. It tells what was taken over before.',
    'something else wrote it',
    'Remove it to take everything over again.',
  ),
  'predecessor-not-found': refused(
    'The Python bridge is not in ….',
    '',
    'Name the directory that holds its `.env` and its `sessions.json`.',
  ),
  'predecessor-unreadable': refused(
    [
      '… is not a map of sessions like {"1": "<channel id>"}.',
      '… has … where a session number belongs.',
      '… of the Python bridge cannot be read: ….',
    ],
    '',
    'Correct it, or move it away, and run the command again.',
  ),
  'predecessor-running': refused(
    'The Python bridge is running (…, process …), and it has the directory of this one.',
    'files would be moved from below it',
    'End it first: `vexit` of that installation, or `kill`.',
  ),
  'file-irregular': refused('… is no regular file.', 'a link, a pipe or a device', 'Move it away.'),
  'file-in-the-way': refused('… is there already.', 'it came while the command was at work', again),
  'file-changed-meanwhile': refused('… changed meanwhile.', 'another program writes it', again),
  'space-short': refused('… bytes are needed, and … are free at ….', '', 'Free some, and run the command again.'),
} as const;
