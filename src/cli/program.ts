import { Command, CommanderError } from 'commander';

import { addAddSession } from './commands/add-session.ts';
import { addAnswer } from './commands/answer.ts';
import { addAttach } from './commands/attach.ts';
import { addDoctor } from './commands/doctor.ts';
import { addListSessions } from './commands/list-sessions.ts';
import { addLogs } from './commands/logs.ts';
import { addPair } from './commands/pair.ts';
import { addPrompts } from './commands/prompts.ts';
import { addRecover } from './commands/recover.ts';
import { addRemoveSession } from './commands/remove-session.ts';
import { addRestart } from './commands/restart.ts';
import { addSend } from './commands/send.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addStop } from './commands/stop.ts';
import { CliContext } from './context.ts';
import { exitCodeOf, exitCodes, failureLine } from './failure.ts';

const commands = [
  addStart,
  addStop,
  addRestart,
  addStatus,
  addListSessions,
  addAddSession,
  addRemoveSession,
  addRecover,
  addSend,
  addPrompts,
  addAnswer,
  addDoctor,
  addPair,
  addAttach,
  addLogs,
] as const;

/**
 * Runs `vai` and gives its exit code. Without arguments it starts the bridge.
 *
 * @param program what it is called in errors: `vai`, or the name of a command that stands for one of its commands.
 */
export async function runVai(args: readonly string[], program = 'vai'): Promise<number> {
  process.stdout.on('error', endOnClosedPipe);
  const context = new CliContext(process.env);
  try {
    await describeProgram(context, program).parseAsync(args.length === 0 ? ['start'] : args, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    // Commander has said what it had to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    process.stderr.write(failureLine(program, error));
    return exitCodeOf(error);
  }
}

function describeProgram(context: CliContext, program: string): Command {
  const vai = new Command('vai')
    .description('Runs the bridge between chat channels and AI coding agents in tmux.')
    .usage('[command] [options]')
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        write(`${program}: ${oneLine(text)} See "${program} --help".\n`);
      },
    })
    .addHelpText(
      'after',
      `
Without a command, "vai" starts the bridge.

Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 the bridge is not running.

Examples:
  vai                                     start the bridge
  vai status                              what runs, and where the chat page is
  vai add-session 123456789012345678      give a Discord channel a session of its own
  vai attach 1                            look at session 1's terminal
  vai stop                                end all sessions and the bridge`,
    );
  for (const add of commands) add(vai, context);
  return vai;
}

/** Commander's own words as a sentence in one line. */
function oneLine(text: string): string {
  const line = text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ');
  const sentence = line.charAt(0).toUpperCase() + line.slice(1);
  return /[.?!)]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** The reader of a pipe has seen enough (`vai logs | head`). */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.ok);
}
