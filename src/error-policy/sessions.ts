import { refused, row } from './row.ts';

/** Sessions, and the terminals they live in. */
export const sessions = {
  'session-unknown': refused('There is no session ….', '', 'See `vai list-sessions`.'),
  'session-numbers-spent': refused(
    'Session number … is too large.',
    'a number is never given twice',
    'Look at the numbers in `sessions.json`.',
  ),
  'work-dir-invalid': refused('"…" is not an absolute path.', '', 'Give the whole path of the working directory.'),
  'work-dir-missing': row(
    'not-done',
    'restart',
    ['The working directory … of session … is not a directory.', 'The working directory "…" does not exist.'],
    'it was removed or renamed, or its disk is not there',
    'Make it, or choose another one.',
  ),
  'recover-failed': refused(
    ['Session … did not start.', '(why the agent did not start)'],
    'the reason stands before it',
    'See `vai logs N`.',
  ),
  'restart-failed': refused(
    ['Session … was not restarted: …', 'Session … was stopped or restarted by somebody else meanwhile.'],
    'the reason stands in the line',
    'See `vai status` and `vai logs N`.',
  ),
  'sessions-not-running': refused(
    'Not running: … (…). …',
    'the reason of each stands in the brackets; the others run',
    'When the cause is mended: `vai start N`.',
  ),
  'sessions-not-stopped': row(
    'unknown',
    'none',
    'Not ended: … (…).',
    'the reason stands in the brackets; the session stays stopped, but its agent may live',
    'Try again: `vai stop N`.',
  ),
  'session-stopped': refused('Session … is stopped.', 'somebody asked for it', 'Start it: `vai start N`.'),
  'terminal-gone': row(
    ['not-done', 'unknown'],
    'restart',
    'There is no terminal "…".',
    'the tmux session, or all of tmux, was ended',
    'The session is brought back by itself: see `vai status`.',
  ),
  'terminal-unreachable': row(
    ['not-done', 'unknown'],
    'retry-some',
    ['Terminal "…" could not be reached: ….', 'tmux does not answer.'],
    'tmux hangs, or the machine is very busy',
    'See `vai doctor` and the log of the bridge.',
  ),
  'terminal-exists': row(
    'not-done',
    'restart',
    'There is a terminal "…" already.',
    'somebody made a tmux session with that name',
    'End it first.',
  ),
  'terminal-create-failed': row(
    ['not-done', 'unknown'],
    'restart',
    'Terminal "…" could not be made: ….',
    'tmux refused',
    'See `vai doctor`.',
  ),
  'terminal-spec-invalid': row(
    'not-done',
    'restart',
    [
      '"…" is not a name for a terminal: small letters, digits and dashes, at most 64.',
      'Terminal "…" was given no program.',
      'The directory "…" is not an absolute path.',
      'Terminal "…" was given a NUL.',
    ],
    'a setting with a character that no program can be given',
    'Look at the options of the agent in the configuration.',
  ),
  'terminal-text-invalid': row(
    'not-done',
    'retry-some',
    'A terminal cannot be sent a NUL.',
    'a mistake in the bridge',
    'Report it, with the log.',
  ),
  'tmux-server-alive': refused(
    'The tmux server on … did not end.',
    'tmux hangs',
    'End it by hand: `tmux -S SOCKET kill-server`, with the socket that it names.',
  ),
  'tmux-silent': refused(
    'The tmux server at … cannot be asked: …',
    'tmux hangs, or the socket is not of this user',
    'Look at that socket; `vai doctor` says more.',
  ),
  'process-tree-alive': row(
    'unknown',
    'none',
    'Processes … could not be ended.',
    'they belong to another user, or wait for a device',
    'Look at them with `ps`.',
  ),
} as const;

/** What can happen to `state/bridge.db`. */
export const state = {
  'state-full': row(
    ['not-done', 'unknown'],
    'wait',
    'The state file … has no room left …',
    'the disk is full, or a quota is used up',
    'Make room on its disk; the bridge goes on by itself then.',
  ),
  'state-busy': row(
    ['not-done', 'unknown'],
    'wait',
    'The state file … is locked by another program …',
    'a backup or an inspection holds it',
    'End the program that holds it, a backup perhaps.',
  ),
  'state-unwritable': row(
    ['not-done', 'unknown'],
    'wait',
    'The state file … cannot be read or written …',
    'its disk has errors or is read-only, or the permissions of `state/`',
    'Check its disk and the permissions of its folder.',
  ),
  'state-unreadable': row(
    ['not-done', 'unknown'],
    'wait',
    ['The state file … is damaged or no state file …', 'The state file … cannot be opened: ….'],
    'a disk that fails, or something else wrote it',
    'Restore a backup: `vai backup --list`, then `vai restore FILE`; or move it away to start with empty queues.',
  ),
  'state-undone': row(
    'not-done',
    'wait',
    'What was to be written to the state file … was undone before its end.',
    'another write failed at the same time',
    'It is written again.',
  ),
  'state-too-new': refused(
    [
      'The state file … has version …; this bridge knows versions up to ….',
      '… in … has version …, as bridge … wrote it; this bridge knows versions up to ….',
    ],
    'the code is older than the state',
    'Install the newer bridge again, or restore the backup that was made before the upgrade.',
  ),
} as const;
