import type { Command } from 'commander';

import { sessionArgument, textArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';

export function addSend(program: Command, context: CliContext): void {
  program
    .command('send')
    .description("Gives a text to a session's agent as a message. Its answer appears in the session's channel.")
    .argument('<N>', 'session number', sessionArgument)
    .argument('[text]', 'the text; "-" reads it from standard input')
    .addHelpText(
      'after',
      `
To say something in the channel without telling the agent, use: dp N "text"

Examples:
  vai send 1 "please run the tests"
  git diff | vai send 1 -`,
    )
    .action(async (session: number, text: string | undefined) => {
      const whole = await textArgument(text, 'vai send 1 "please run the tests"');
      await context.withBridge((bridge) => bridge.send(session, whole));
      context.print(`Stored for session ${session}`);
    });
}
