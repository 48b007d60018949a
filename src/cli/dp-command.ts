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
    .usage('[--json] [target] <message...>')
    .addArgument(hinted(target, 'sessions'))
    .addArgument(new Argument('<message...>', 'the message; "-" reads it from standard input, as it is'))
    .addOption(new Option('--json', 'as the first word: say for programs what was done'))
    .helpOption('-h, --help', 'as the only word: shows this help');
  return explain(command, {
    notes: [
      'One argument is always the message, for the default session; inside a terminal of a session, for that session: `dp 42` says "42". With more, a leading number of 15 to 20 digits is a channel, a shorter one a session. What follows is the message.',
      '"\\n" in the message is a newline. Text from standard input (`-`) stays as it is. `--` ends the options, for a message that is one.',
      'It returns when the text is on disk. If the chat is away it is posted later; if the connection has failed for good, a line on standard error says why it is not. With `--json`: `channel`, and `obstacle` in that case.',
      'Posting files (`--file`) is not supported yet. Inside a session it may post to the channel of that session only.',
    ],
    examples: [
      ['dp "the build is green"', 'the default session; inside a session, that session'],
      ['dp 2 "first line\\nsecond line"', 'session 2'],
      ['dp 123456789012345678 "to any channel"', ''],
      ['git log -1 | dp 2 -', 'from standard input'],
      ['dp -- --help', 'a message that looks like an option'],
    ],
  });
}
