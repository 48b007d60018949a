import { refused, row } from './row.ts';

/** What keeps the bridge from starting. */
export const starting = {
  'not-built': refused(
    'The bridge is not built yet.',
    '`vai` before the first start, or `dist/` was removed',
    'Run `./start-bridge.sh`.',
  ),
  'config-invalid': refused(
    ['… in … is …; it must be …', '… cannot be read (…).', '…: … is …; …'],
    'a mistake in the settings; the line names the file, the place and the value',
    'Correct it and start again: see docs/configuration.md.',
  ),
  'config-locked': refused(
    '… is locked by another program.',
    'another program holds the lock, or was killed with it',
    'Try again in a moment; if nothing else uses it, remove the `.lock` beside it.',
  ),
  'sessions-file-invalid': refused(
    '… Correct the file; it was left as it is.',
    'a mistake in `sessions.json`; the line names it',
    'Correct the file, and start again.',
  ),
  'sessions-file-locked': refused(
    '… is locked by another program.',
    'another program holds the lock on `sessions.json`, or was killed with it',
    'Try again in a moment; if nothing else uses it: `rm -r config/sessions.json.lock`.',
  ),
  'sessions-file-unreadable': refused(
    ['… cannot be read (…).', '… cannot be locked: ….'],
    '`sessions.json` or its folder is not for the user who runs the bridge',
    'Make it readable for that user.',
  ),
  'already-running': refused(
    [
      'A bridge is already running on ….',
      'The bridge is already running (process …).',
      'Another bridge already runs on this directory (lock …).',
    ],
    'one bridge per installation; perhaps it runs and does not answer',
    'See `vai status`; stop it first: `vai stop`.',
  ),
  'lock-unusable': refused(
    'The lock … cannot be taken: ….',
    'the folder of the state is not writable',
    'Check the permissions of its folder; if no bridge runs, remove the file.',
  ),
  'directory-unusable': refused(
    'The directory … cannot be made: ….',
    'a file is in its place, or no permission',
    'It must be a directory that this user may write.',
  ),
  'socket-path-too-long': refused(
    ['The socket path "…" has … bytes; the system allows ….', 'The socket path "…" is longer than 103 bytes.'],
    'a long temporary directory',
    'Set `XDG_RUNTIME_DIR` or `TMPDIR` to a directory with a shorter path, like `/tmp`.',
  ),
  'socket-directory-unsafe': refused(
    ['The directory "…" is open to other users (mode …).', '… is not a directory of this user.'],
    'somebody else made the run-time directory: whoever can enter it controls every session',
    'Look at it, and remove it if it is a leftover; or set `XDG_RUNTIME_DIR` to a directory of your own.',
  ),
  'local-port-taken': refused(
    'Port … on 127.0.0.1 is taken by another program.',
    'another installation, or anything else',
    'Set `LOCAL_PORT` to a free port, or end that program: `ss -ltnp` shows it.',
  ),
  'local-data-unreadable': refused(
    `The built-in chat's data file "…" cannot be opened.`,
    'damaged, or no permission',
    'Check its permissions; if it is damaged, move it away: a new one is made at the next start.',
  ),
  'local-data-newer': refused(
    `The built-in chat's data file "…" has version …, this program knows ….`,
    'the code is older than the data',
    'Update the program, or move the file away.',
  ),
  'tmux-missing': refused('tmux was not found ("…" is not on the PATH).', '', 'Install tmux.'),
  'tmux-too-old': refused(
    ['… says it is "…"; the bridge needs tmux … or newer.', 'vai view needs tmux 3.2 or newer; this is ….'],
    'an old tmux',
    'Upgrade tmux.',
  ),
  'tmux-server-failed': row(
    'not-done',
    'restart',
    'The tmux server could not be started: ….',
    'the disk is full, or tmux is broken',
    'Try `tmux -V`, and look at the free space of the temporary directory: `df /tmp`.',
  ),
  'start-failed': refused(
    'The bridge ended while it started (…): …',
    'the last line it said',
    'See `cat logs/start.log` and `vai logs`.',
  ),
  'start-timeout': row(
    'unknown',
    'none',
    'The bridge (process …) is not ready after 60 s.',
    'an agent that takes very long, or a slow machine',
    'It is still trying: see `vai status` and `vai logs`.',
  ),
} as const;
