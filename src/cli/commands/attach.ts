import { once } from 'node:events';

import type { Command } from 'commander';

import { BridgeError } from '../../base/errors.ts';
import { sessionArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';

export function addAttach(program: Command, context: CliContext): void {
  const command = program
    .command('attach')
    .description("Shows a session's terminal, to read and to type. Leave it with Ctrl-b d.")
    .addArgument(sessionArgument())
    .action((session: number) => attach(context, session));
  explain(command, {
    notes: [
      'What you type there appears in the channel as yours, with the answer. While you look, the terminal has the size of yours. All sessions at once: `vai view`.',
    ],
    examples: ['vai attach 1'],
  });
}

async function attach(context: CliContext, number: number): Promise<void> {
  const { sessions } = await context.withBridge((bridge) => bridge.status());
  const session = sessions.find((candidate) => candidate.number === number);
  if (session === undefined) {
    throw new BridgeError('session-unknown', `There is no session ${number}.`, { advice: 'See: vai list-sessions' });
  }
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new BridgeError('no-terminal', 'attach needs a terminal, and this is none.', {
      advice: `Type this in one: ${session.attach}`,
    });
  }
  // Loaded only here: what it brings along would slow every command.
  const { spawnProcess } = await import('../../base/run-command.ts');
  // Inside another tmux the client refuses to start unless it does not know about it.
  const { TMUX: _, ...environment } = context.environment;
  const child = spawnProcess('sh', ['-c', `exec ${session.attach}`], { stdio: 'inherit', env: environment });
  const [code] = (await once(child, 'exit')) as [number | null];
  context.exitCode = code === 0 ? 0 : 1;
}
