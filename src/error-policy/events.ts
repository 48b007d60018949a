import { row } from './row.ts';

/** What happens without anybody having asked for anything, and what the bridge does about it (MS-16). */
export const events = {
  'session-lost': row(
    'done',
    'restart',
    ['The agent ended unexpectedly (…). Restarting it in … s.', 'Session … could not be brought back: …'],
    'its tmux session or its process ended, and nobody asked for it',
    'Nothing; when it is given up: fix the cause, then `vai recover N`. `vai recover --history` tells what was tried.',
  ),
  'file-name-taken': row(
    'done',
    'rename',
    '[attached …: … (… saved under another name than usual because that was taken …)]',
    'two files of the same kind, content and second; or somebody put one there',
    'Nothing: the line names the file as it was saved.',
  ),
  'limit-exceeded': row(
    'done',
    'throttle',
    'Session … takes … of memory; it may take …. New messages wait until it is less, and none is lost.',
    'its agent, and what that started, take more than `limits` in the configuration allows',
    'See `vai top`; `vai restart N` frees its memory and keeps its history.',
  ),
  'channel-unmapped': row(
    'done',
    'default-session',
    '(in the log: "channel without a session, using the default")',
    'somebody wrote in a channel that no session has',
    'Give it one: `vai add-session <channel id>`.',
  ),
} as const;
