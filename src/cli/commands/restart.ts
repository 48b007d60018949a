import type { Command } from 'commander';

import { BridgeError, describeError } from '../../base/errors.ts';
import type { Output } from '../../control/outputs.ts';
import type { SessionNumber } from '../../model/session.ts';
import { jsonOption, sessionsArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';
import { untilIdle } from '../until-idle.ts';
import { startBridge } from './start.ts';
import { stopBridge, stoppedWords } from './stop.ts';

interface Options {
  readonly whenIdle: boolean;
  readonly json: boolean;
}

export function addRestart(program: Command, context: CliContext): void {
  const command = program
    .command('restart')
    .description(
      'Restarts the bridge, e.g. after a change of its configuration, while the agents run on; or the agents of some sessions.',
    )
    .addArgument(sessionsArgument('the agents of these sessions; the bridge runs on'))
    .option('--when-idle', 'wait until no agent works: no turn is cut')
    .addOption(jsonOption())
    .action(async (sessions: readonly SessionNumber[], given: { whenIdle?: true; json?: true }) => {
      const options = { whenIdle: given.whenIdle === true, json: given.json === true };
      if (sessions.length === 0) await restartBridge(context, options);
      else await restartSessions(context, [...new Set(sessions)], options);
    });
  explain(command, {
    notes: [
      'Without numbers: like `vai stop --keep-sessions` and `vai start`. What stays stopped is not started. A mistake in the settings is told before anything is stopped.',
      'With numbers: ends these agents and brings them up again with their history; one that is stopped is brought up. A turn that runs is cut, and its channel is told.',
      '`--when-idle` waits, however long that takes, until nobody works; Ctrl-C gives it up. For single sessions: new messages wait meanwhile, and the agent gets them after its restart.',
      'With `--json`: as `vai start --json`; with numbers `restarted`: their numbers.',
    ],
    examples: [
      ['vai restart', 'e.g. after a change of config/.env'],
      ['vai restart 2', "a new agent with the history of session 2's"],
      ['vai restart 2 --when-idle', 'the same, after the turn that runs'],
      ['vai restart --when-idle', 'the bridge, in a moment in which no agent works'],
    ],
  });
}

async function restartBridge(context: CliContext, { whenIdle, json }: Options): Promise<void> {
  context.demandOwnShell("The bridge cannot be restarted from inside a session's terminal.");
  await demandReadableSettings(context);
  try {
    const stopped = await stopBridge(context, true, whenIdle);
    if (!json) context.print(stoppedWords(stopped));
  } catch (error) {
    if (!(error instanceof BridgeError) || error.code !== 'no-daemon') throw error;
    if (!json) context.print('The bridge was not running.');
  }
  await startBridge(context, { json });
}

/** A bridge that is stopped would not start again with a mistake in its settings. @throws BridgeError `config-invalid`. */
async function demandReadableSettings({ environment, paths, vai }: CliContext): Promise<void> {
  // Loaded only here: what it brings along would slow every command.
  const { loadConfig } = await import('../../config/load-config.ts');
  try {
    loadConfig({ environment, envFile: paths.envFile, bridgeJson: paths.bridgeJson });
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    throw new BridgeError(error.code, error.message, {
      advice: `Nothing was stopped. Correct it, then: ${vai} restart`,
      cause: error,
    });
  }
}

/** Each on its own: one that works, or fails, keeps none of the others back. */
async function restartSessions(
  context: CliContext,
  sessions: readonly SessionNumber[],
  { whenIdle, json }: Options,
): Promise<void> {
  await demandKnown(context, sessions);
  const restarted: SessionNumber[] = [];
  const failures: Error[] = [];
  const restart = (session: SessionNumber): Promise<void> =>
    context.withBridge((bridge) => bridge.restartSession(session, { whenIdle }));
  await context.progress(`Restarting session ${sessions.join(', ')}`, async (say) => {
    say('waiting for the agents');
    await Promise.all(
      sessions.map(async (session) => {
        try {
          await (whenIdle ? untilIdle(context, () => restart(session)) : restart(session));
          restarted.push(session);
        } catch (error) {
          failures.push(error instanceof Error ? error : new Error(String(error)));
        }
      }),
    );
  });
  if (json) context.printJson({ restarted } satisfies Output<'restart'>);
  else if (restarted.length > 0) context.print(`Restarted session ${restarted.join(', ')}.`);
  const [first] = failures;
  if (failures.length > 1) throw new BridgeError('restart-failed', failures.map(describeError).join(' '));
  if (first !== undefined) throw first;
}

/** Refuses an unknown number before anything is done. @throws BridgeError `session-unknown`. */
async function demandKnown(context: CliContext, sessions: readonly SessionNumber[]): Promise<void> {
  const known = (await context.withBridge((bridge) => bridge.listSessions())).map(({ number }) => number);
  const unknown = sessions.find((session) => !known.includes(session));
  if (unknown === undefined) return;
  throw new BridgeError('session-unknown', `There is no session ${unknown}.`, {
    advice: `Known sessions: ${known.join(', ')}.`,
  });
}
