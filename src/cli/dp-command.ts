import { Argument, Command, Option } from 'commander';

import { hinted } from './completion/hints.ts';
import { explain } from './manual.ts';

/**
 * The definition of `dp`, for its help, its completion and docs/cli.md. `dp` itself reads its arguments by hand
 * (dp-arguments): a post must be quick.
 */
export function describeDp(): Command {
  const target = new Argument(
    '[target]',
    'session number, or channel id (15 to 20 digits); only with a message after it',
  );
  const command = new Command('dp')
    .description(
      'Posts to a session\'s channel as the bot. It never reaches the agent; for that there is: vai send N "text"',
    )
    .usage('[--json] [target] [--file <PATH...>] <message...>')
    .addArgument(hinted(target, 'sessions'))
    .addArgument(new Argument('<message...>', 'the message; "-" reads it from standard input, as it is'))
    .addOption(hinted(new Option('--file <PATH...>', 'files that go with the message'), 'files'))
    .addOption(new Option('--json', 'as the first word: say for programs what was done'))
    .helpOption('-h, --help', 'as the only word: shows this help');
  return explain(command, {
    notes: [
      'One argument is always the message, for the default session; inside a terminal of a session, for that session: `dp 42` says "42". With more, a leading number of 15 to 20 digits is a channel, a shorter one a session. What follows is the message.',
      '"\\n" in the message is a newline. Text from standard input (`-`) stays as it is. `--` ends the options, for a message that is one.',
      'It returns when the text is on disk. If the chat is away it is posted later; if the connection has failed for good, a line on standard error says why it is not. With `--json`: `channel`, and `obstacle` in that case.',
      'After `--file` come paths, and as the last word the message: `dp 2 --file a.png b.png "both"`. All words are paths when the message stands before `--file` or after `--`, or when `--file` stands right before the last: `dp --file a.png` and `dp --file a.png --file b.png` post files alone.',
      'Files are read when they are sent, so leave them where they are. Ten go into one message, more into several. A file that the chat does not take stays behind: the channel is told which, and where it lies.',
      'Inside a session it may post to the channel of that session only, and only files that lie in its working directory or its attachment directory.',
    ],
    examples: [
      ['dp "the build is green"', 'the default session; inside a session, that session'],
      ['dp 2 "first line\\nsecond line"', 'session 2'],
      ['dp 123456789012345678 "to any channel"', ''],
      ['git log -1 | dp 2 -', 'from standard input'],
      ['dp 2 --file shot.png "how it looks now"', 'with a file'],
      ['dp -- --help', 'a message that looks like an option'],
    ],
  });
}
