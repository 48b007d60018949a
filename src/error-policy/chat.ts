import { refused, row } from './row.ts';

/** What the chat server refuses, or does not take now. */
export const chat = {
  'chat-token-invalid': row(
    'not-done',
    'end-chat',
    'The bot token is not accepted by ….',
    'a wrong or reset token; or the environment has another one, and wins',
    'Copy the token from the developer portal (Bot → Reset Token) into `DISCORD_BOT_TOKEN`, then `vai restart`.',
  ),
  'chat-intents-missing': row(
    'not-done',
    'end-chat',
    'The bot may not read what people write on ….',
    'Message Content Intent is off',
    'Turn it on in the developer portal (Bot → Privileged Gateway Intents), then `vai restart`.',
  ),
  'chat-refused': row(
    'not-done',
    'end-chat',
    ['The connection is refused for good by … (close code …).', 'The chat connection broke: …'],
    'a bot in too many servers, or a bridge that is too old',
    'Update the bridge, then `vai restart`.',
  ),
  'chat-unavailable': row(
    'unknown',
    'retry',
    ['… could not be sent for now: ….', '… was broken off: the connection is closed.', 'Nothing can be sent: …'],
    'no network, or the chat server is down or busy',
    'It is tried again by itself.',
  ),
  'chat-forbidden': row(
    'not-done',
    'park',
    ['… was refused: ….', 'The bot may not read what was said in channel ….'],
    'permissions are missing there, or the thread is locked',
    'Give the bot View Channel, Send Messages, Read Message History and Add Reactions there, then `vai outbox --retry`.',
  ),
  'chat-not-found': row(
    'not-done',
    'park',
    '… was refused: ….',
    'the channel is gone, or the bot cannot see it',
    'See `vai outbox`; where the channel is for the bot again: `vai outbox --retry`.',
  ),
  'chat-invalid': row(
    'not-done',
    'leave-out',
    ['… was refused: ….', '… has the odd id "…".'],
    'a filter of the server, or something that it does not know',
    'What was to be said is at the terminal: `vai attach N`.',
  ),
  'chat-too-large': row(
    'not-done',
    'leave-out',
    ['… was refused: ….', 'No chat server takes … MiB: ….'],
    'a file is larger than this chat takes',
    'It lies where the message says.',
  ),
} as const;

/** Files that people send, and files that agents post. */
export const files = {
  'file-link-expired': row(
    'not-done',
    'retry-some',
    '(a log line: the server of the file says 403, 404 or 410)',
    'links to files of the chat end after some time; a fresh one is asked for',
    'When the channel says that it is gone: send the file again.',
  ),
  'file-incomplete': row(
    'not-done',
    'retry-some',
    ['It ended after … of … bytes.', 'The connection broke: ….'],
    'a broken connection',
    'When the channel says so: send the file again.',
  ),
  'file-unreachable': row(
    'not-done',
    'retry-some',
    'Its server does not answer: ….',
    'no network, or the server is busy',
    'When the channel says so: send the file again.',
  ),
  'file-refused': row(
    'not-done',
    'go-without',
    'The address of the file is none that can be fetched.',
    'the server does not give it',
    'Send the file again, or paste its text.',
  ),
  'file-over-quota': row(
    'not-done',
    'go-without',
    `The session's folder may hold … bytes.`,
    'the folder of attachments is full',
    'Remove what is not needed from `attachments/session_N`, or raise the quota: docs/configuration.md.',
  ),
  'file-too-large': row(
    'not-done',
    'go-without',
    ['It has more than … bytes.', '… is too large to be posted (… bytes).'],
    'a limit of the chat, or of the settings',
    'Send it in another way, or in parts.',
  ),
  'file-unwritable': row(
    'not-done',
    'go-without',
    ['A file cannot be written: ….', 'No name is free in ….'],
    'the permissions of `attachments/`',
    'Mend them, and send the file again: `vai doctor`.',
  ),
  'disk-full': row(
    'not-done',
    'go-without',
    'The disk of the attachments is full.',
    '',
    'Make room, and send the file again: `vai doctor`.',
  ),
  'transcription-failed': row(
    'not-done',
    'none',
    '"…" gave no transcript: …',
    'the command for transcripts failed; the agent gets the recording alone',
    'Look at `attachments.transcribe` in the configuration.',
  ),
  'file-unreadable': row(
    'not-done',
    'leave-out',
    [
      'The file "…" cannot be read: ….',
      'The file … cannot be read: ….',
      '… is a directory.',
      '… is not a regular file.',
      'The bridge may not read ….',
      '… cannot be looked at (…).',
    ],
    'it is gone, no regular file, or not for the user of the bridge',
    'Put it where the bridge can read it, and send it again.',
  ),
  'file-missing': refused('There is no file ….', '', 'Nothing was posted. Look at the path.'),
  'file-forbidden': refused(
    `… lies outside of this session's directories.`,
    'inside a session, `dp` posts files of that session only',
    'Nothing was posted. Copy it into the working directory.',
  ),
  'outgoing-full': refused(
    [
      'There is no room for a copy of … (… bytes): … bytes of files wait to be posted already.',
      'The disk has no room for a copy of … (… bytes).',
    ],
    'files wait for a chat that does not take them, or the disk is full',
    'Nothing was posted. See `vai outbox` for what they wait for.',
  ),
} as const;
