import { refused, row } from './row.ts';

/** What commands answer. */
export const commands = {
  'no-daemon': refused(
    'The bridge is not running.',
    'or it is another installation that runs: `BRIDGE_HOME` says which one is asked',
    'Start it: `./start-bridge.sh` (or: `vai start`).',
  ),
  'daemon-not-answering': refused(
    'The bridge (process …) is there but does not answer.',
    'it is starting or ending',
    'Wait some seconds; else look at `vai logs`, or end it with `kill`.',
  ),
  'daemon-forbidden': refused(
    `This user may not use the bridge's socket ….`,
    'another user started it',
    'Use the user that started the bridge.',
  ),
  'daemon-silent': row(
    ['not-done', 'unknown'],
    'none',
    ['The bridge cannot be reached at … (…).', 'The bridge did not answer within … s.'],
    'it is very busy, or hangs',
    'Look at `vai doctor` and `logs/bridge.log` before you try again.',
  ),
  'daemon-gone': row(
    ['unknown', 'not-done'],
    'none',
    'The bridge ended before it answered.',
    'it was stopped, or died',
    'Look at `vai status` and `logs/bridge.log` before you try again.',
  ),
  'daemon-unintelligible': row(
    'unknown',
    'none',
    [
      'The bridge gave an answer that this program does not understand.',
      `The bridge's answer to "…" is not what was expected.`,
    ],
    'the running bridge is of another version',
    'Run `vai restart`.',
  ),
  'daemon-record-unreadable': refused(
    '… cannot be read (…).',
    '`state/daemon.json` belongs to another user',
    'Use the user that started the bridge.',
  ),
  'unknown-error': row(
    ['unknown', 'not-done', 'done'],
    'none',
    '(a sentence that this page does not have)',
    'the running bridge is of another version, and has errors that this program does not know',
    'Run `vai restart`.',
  ),
  internal: row(
    'unknown',
    'none',
    'The bridge failed inside while it worked on "…".',
    'a mistake in the bridge',
    'The reason is in `logs/bridge.log`; report it.',
  ),
  'bad-request': refused(
    'This request does not follow the protocol (…: …).',
    'the program that asks is of another version than the bridge',
    'Use `vai` or `dp` of the same version as the running bridge.',
  ),
  usage: refused('(what is wrong with the arguments)', 'a mistake in what was typed', 'See `vai <command> --help`.'),
  'bridge-silent': row(
    'unknown',
    'none',
    'The bridge did not tell how it is within … ms.',
    'it is very busy, or hangs',
    'See `vai doctor`.',
  ),
  'bridge-stopping': refused('The bridge is stopping.', '', 'Start it again: `vai`.'),
  'stop-timeout': row(
    'unknown',
    'none',
    'The bridge (process …) has not ended after 60 s.',
    'an agent that does not end',
    'See `vai logs`; end it with `kill`: the agents stay, then start and stop again.',
  ),
  forbidden: refused(
    'Not allowed: ….',
    'a role that may not do this, or a shell inside a session',
    'Ask the owner of the bridge, or run it from a shell outside the session.',
  ),
  'token-invalid': refused(
    `This terminal's session token is not valid (any more).`,
    'a shell that outlived its session',
    'Use a shell of your own.',
  ),
  'text-too-long': refused(
    ['This text is too long for one message (… bytes).', 'A request has at most … bytes.'],
    '',
    'Send it in smaller pieces.',
  ),
  'message-empty': refused(
    ['The message is empty.', 'Nothing is left of the message that could be typed.'],
    'only characters that cannot be seen or typed',
    'Write a text with visible characters.',
  ),
  'message-unknown': refused(
    [
      'There is no message "…".',
      '"…" is neither an id of a message nor a link to one.',
      'Message "…" is not for session ….',
    ],
    'a typing mistake, or it was forgotten by now',
    'Take its id from `vai queue N`, or copy its link in the chat.',
  ),
  'message-not-removable': refused(
    'Message "…" ….',
    'its agent has it, or it has ended',
    'Look with `vai trace <id>`; to stop the agent: `vai interrupt N`.',
  ),
  'channel-invalid': refused(
    ['"…" is not a channel id.', '"new" works on the built-in chat server only.'],
    'ids of channels have 15 to 20 digits',
    'In Discord turn on Developer Mode, then _Copy Channel ID_.',
  ),
  'channel-taken': refused(
    'Channel … belongs to session … already.',
    'one channel, one session',
    'Use that session, or remove it first: `vai remove-session N`.',
  ),
  'channel-not-parked': refused(
    'Channel … is not held back.',
    'what is for it goes out by itself',
    'See `vai outbox`.',
  ),
  'outbox-item-unknown': refused('Nothing with the key "…" waits to be posted.', 'it is out', 'See `vai outbox`.'),
  'outbox-item-settled': refused('"…" does not wait any more: it was ….', '', 'See `vai outbox`.'),
  'access-invalid': refused(
    ['"…" is not the id of a ….', 'A bot cannot be an owner.', 'User … owns the bridge, which no other role limits.'],
    'a role or limit that makes no sense there',
    'See `vai access`, and docs/configuration.md.',
  ),
  'access-unknown': refused('Nothing is said of … … ….', '', 'See what is said, and where: `vai access`.'),
  'access-fixed': refused(
    'User … is the owner by configuration.',
    '`OWNER_USER_ID` names them',
    'Change `OWNER_USER_ID` and restart the bridge; the user of the built-in chat page always owns it.',
  ),
  'no-terminal': refused(
    ['view needs a terminal, and this is none.', 'attach needs a terminal, and this is none.'],
    'a pipe, or a program that calls it',
    'Type it in a terminal; programs use `vai status --watch --json`.',
  ),
  'no-log': refused(
    'There is no log yet at ….',
    'nothing was started yet',
    'It appears with the first start: `vai start`.',
  ),
  'view-failed': refused(
    'tmux refused a step of the view (…).',
    '',
    'Close it and try again; a single terminal is shown by `vai attach N`.',
  ),
  'command-timeout': row(
    'unknown',
    'none',
    '"…" did not end within … ms.',
    'a program that hangs, or a very busy machine',
    'Try it by hand.',
  ),
  'command-failed-to-start': refused(
    '"…" could not be started: …',
    'a program is missing, or may not be run',
    'Try it by hand.',
  ),
  'setup-cancelled': refused('Setup was left.', '', 'Go on at any time: `vai setup`.'),
  'env-file-odd': refused(
    'The settings file is written in a way that … cannot be put into safely.',
    'a value over several lines, or quotes that do not end',
    'Write it into the file by hand.',
  ),
  'token-in-environment': refused(
    'The token that is used is …, which wins over files.',
    'a variable of the shell is set',
    'Unset it; then again: `vai setup`.',
  ),
  'token-wrong': refused(
    '(what Discord says of the token)',
    'a wrong or reset token',
    'Developer portal: Bot → Reset Token, copy it.',
  ),
  'intent-missing': refused(
    '(the bot may not read what people write)',
    'Message Content Intent is off',
    'Developer portal: Bot → Message Content Intent, and save.',
  ),
  'discord-offline': refused(
    'Whether the bot sees channel … is not known: …',
    'no network, or Discord is down',
    'Look at the network, and try again.',
  ),
  'channel-unseen': refused(
    'The bot cannot see channel …; nothing was changed.',
    'it is not invited, or has no permission there',
    'Invite it, and let it into that channel.',
  ),
} as const;
