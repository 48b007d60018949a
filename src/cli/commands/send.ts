import { Argument } from 'commander';
import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import { jsonOption, sessionArgument, textArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { obstacleNote } from '../failure.ts';
import { explain } from '../manual.ts';

export function addSend(program: Command, context: CliContext): void {
  const command = program
    .command('send')
    .description("Gives a text to a session's agent as a message. Its answer appears in the session's channel.")
    .addArgument(sessionArgument())
    .addArgument(new Argument('[text]', 'the text; "-" reads it from standard input'))
    .addOption(jsonOption())
    .action(async (session: number, text: string | undefined, options: { json?: true }) => {
      const whole = await textArgument(text, 'vai send 1 "please run the tests"');
      const stored = await context.withBridge((bridge) => bridge.send(session, whole));
      if (options.json) context.printJson({ session, ...stored } satisfies Output<'send'>);
      else context.print(`Stored for session ${session}`);
      if (stored.obstacle !== undefined) {
        context.note(obstacleNote('vai', 'The text', stored.obstacle));
      }
    });
  explain(command, {
    notes: [
      'It returns when the text is on disk. The channel shows what was sent, and the answer. To say something in the channel without telling the agent: `dp N "text"`.',
      'With `--json`: `session`, `id` of the message, and `obstacle` when the chat connection has failed for good: why nothing can be posted until somebody repairs it.',
    ],
    examples: ['vai send 1 "please run the tests"', ['git diff | vai send 1 -', 'the text from standard input']],
  });
}
