import { Command, CommanderError, Option } from 'commander';

import { addAccess } from './commands/access.ts';
import { addAddSession } from './commands/add-session.ts';
import { addAnswer } from './commands/answer.ts';
import { addAttach } from './commands/attach.ts';
import { addAudit } from './commands/audit.ts';
import { addBackup } from './commands/backup.ts';
import { addCatchUp } from './commands/catch-up.ts';
import { addCompletion } from './commands/completion.ts';
import { addDoctor } from './commands/doctor.ts';
import { addHelp } from './commands/help.ts';
import { addInterrupt } from './commands/interrupt.ts';
import { addListSessions } from './commands/list-sessions.ts';
import { addLogs } from './commands/logs.ts';
import { addMigrate } from './commands/migrate.ts';
import { addOutbox } from './commands/outbox.ts';
import { addPair } from './commands/pair.ts';
import { addPrompts } from './commands/prompts.ts';
import { addQueue } from './commands/queue.ts';
import { addRecover } from './commands/recover.ts';
import { addRemoveSession } from './commands/remove-session.ts';
import { addRestart } from './commands/restart.ts';
import { addRestore } from './commands/restore.ts';
import { addSend } from './commands/send.ts';
import { addSetup } from './commands/setup.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addStop } from './commands/stop.ts';
import { addTop } from './commands/top.ts';
import { addTrace } from './commands/trace.ts';
import { addView } from './commands/view.ts';
import { completeWord } from './completion/shells.ts';
import { CliContext } from './context.ts';
import { endOnLostOutput, exitCodeOf, exitCodes, failureLine, visible } from './failure.ts';
import { explain, usualExits } from './manual.ts';
import { isColoured, paint, styled } from './style.ts';

/**
 * By name, in the order in which help lists them. Their modules are light: what a command needs to do its work, it loads
 * then.
 */
const commands: Readonly<Record<string, (program: Command, context: CliContext) => void>> = {
  start: addStart,
  stop: addStop,
  restart: addRestart,
  status: addStatus,
  top: addTop,
  'list-sessions': addListSessions,
  'add-session': addAddSession,
  'remove-session': addRemoveSession,
  recover: addRecover,
  send: addSend,
  queue: addQueue,
  'catch-up': addCatchUp,
  interrupt: addInterrupt,
  trace: addTrace,
  outbox: addOutbox,
  prompts: addPrompts,
  answer: addAnswer,
  setup: addSetup,
  pair: addPair,
  access: addAccess,
  attach: addAttach,
  view: addView,
  logs: addLogs,
  audit: addAudit,
  migrate: addMigrate,
  doctor: addDoctor,
  backup: addBackup,
  restore: addRestore,
  completion: addCompletion,
  help: addHelp,
};

/**
 * Runs `vai` and gives its exit code. Without arguments it starts the bridge.
 *
 * @param program what it is called in errors: `vai`, or the name of a command that stands for one of its commands.
 */
export async function runVai(args: readonly string[], program = 'vai'): Promise<number> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => endOnLostOutput(program, error));
  const context = new CliContext(process.env);
  try {
    if (args[0] === completeWord) {
      await completeFor(context, args[1] ?? '', args.slice(2));
      return exitCodes.ok;
    }
    if (args[0] === '-V' || args[0] === '--version') {
      const { productVersion } = await import('../config/version.ts');
      context.print(productVersion());
      return exitCodes.ok;
    }
    const vai = describeProgram(context, program, args[0]);
    await vai.parseAsync(meansStart(args) ? ['start', ...args] : args, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    // Commander has said what it had to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    process.stderr.write(failureLine(program, error));
    return exitCodeOf(error);
  }
}

/**
 * The definition of `vai`: its commands, what they take, and what there is to say about them.
 *
 * @param wanted when it names a command, only that one is defined: all of them cost a tenth of the time of `vai status`.
 */
export function describeProgram(context: CliContext, program = 'vai', wanted = ''): Command {
  const vai = new Command('vai')
    .description('Runs the bridge between chat channels and AI coding agents in tmux.')
    .usage('[command] [options]')
    .option('-V, --version', 'prints the version')
    .option('--no-color', 'no colours, with any command; NO_COLOR=1 in the environment does the same')
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ styleTitle: (title) => paint(styled('strong', title), true) })
    .configureOutput({
      getOutHasColors: () => context.coloured,
      getErrHasColors: () => isColoured(process.stderr, context.environment, context.noColor),
      outputError: advising(program),
    });
  explain(vai, {
    notes: ['Without a command, "vai" starts the bridge.'],
    exits: usualExits,
    examples: [
      ['vai', 'start the bridge'],
      ['vai status', 'what runs, and where the chat page is'],
      ['vai add-session 123456789012345678', 'give a Discord channel a session of its own'],
      ['vai view', 'look at all sessions at once'],
      ['vai help status', 'more about a command'],
      ['vai stop', 'end all sessions and the bridge'],
    ],
  });
  const adders = Object.hasOwn(commands, wanted) && wanted !== 'help' ? [commands[wanted]] : Object.values(commands);
  for (const add of adders) add?.(vai, context);
  for (const command of [vai, ...vai.commands]) {
    if (command !== vai) {
      command.addOption(new Option('--no-color', 'no colours').hideHelp());
      command.configureOutput({ outputError: advising(program, command.name()) });
    }
    command.on('option:no-color', () => (context.noColor = true));
  }
  return vai;
}

/** Nothing was asked for, at most that it shall be said without colours. */
function meansStart(args: readonly string[]): boolean {
  return args.every((arg) => arg === '--no-color');
}

/** Answers a shell that completes the words of one of our programs. Never a word beside that. */
async function completeFor(context: CliContext, program: string, words: readonly string[]): Promise<void> {
  const { answerShell } = await import('./completion/answer-shell.ts');
  const vai = describeProgram(context);
  const stop = vai.commands.find((command) => command.name() === 'stop');
  const { describeDp } = await import('./dp-command.ts');
  const definition = new Map([
    ['vai', vai],
    ['vexit', stop],
    ['dp', describeDp()],
  ]).get(program);
  if (definition !== undefined) process.stdout.write(await answerShell(context, definition, words));
}

/** Says what commander found, and which help has the rest: a command's own, unless the program is that command. */
function advising(program: string, command?: string): (text: string, write: (line: string) => void) => void {
  const help = command === undefined || program !== 'vai' ? program : `${program} ${command}`;
  return (text, write) => {
    write(`${program}: ${oneLine(text)} See "${help} --help".\n`);
  };
}

/** Commander's own words as a sentence in one line. */
function oneLine(text: string): string {
  const line = visible(text)
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ');
  const sentence = line.charAt(0).toUpperCase() + line.slice(1);
  return /[.?!)]$/.test(sentence) ? sentence : `${sentence}.`;
}
