import { Option } from 'commander';
import type { Command } from 'commander';

import type { QueuedMessage, SessionQueue } from '../../contracts/bridge-api.ts';
import type { Output } from '../../control/outputs.ts';
import type { BusyMode } from '../../model/session.ts';
import { busyModeOption, jsonOption, sessionArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';
import { ago } from '../relative-time.ts';
import { styled } from '../style.ts';
import type { Line } from '../style.ts';
import { tableLines } from '../table.ts';

interface Options {
  readonly remove?: string;
  readonly mode?: BusyMode;
  readonly json?: true;
}

const modeMeans: Readonly<Record<BusyMode, string>> = {
  queue: 'messages wait until the agent is idle',
  steer: "messages go into the agent's own queue at once",
  interrupt: 'a message stops what the agent works on',
};

export function addQueue(program: Command, context: CliContext): void {
  const command = program
    .command('queue')
    .description('Shows and changes the messages that are on their way to a session.')
    .addArgument(sessionArgument())
    .addOption(new Option('--remove <ID>', 'takes a message out: its id in the list, its id in the chat, or a link'))
    .addOption(busyModeOption('--mode'))
    .addOption(jsonOption())
    .action(async (session: number, { remove, mode, json }: Options) => {
      const { queue, removed } = await context.withBridge(async (bridge) => {
        const taken = remove === undefined ? undefined : await bridge.withdraw(session, remove);
        if (mode !== undefined) await bridge.setBusyMode(session, mode);
        return { queue: await bridge.queue(session), removed: taken?.id };
      });
      if (json) {
        context.printJson({ ...queue, ...(removed === undefined ? {} : { removed }) } satisfies Output<'queue'>);
        return;
      }
      if (removed !== undefined) context.print(`Success: ${removed} removed`);
      context.print(modeLine(queue), ...messageLines(queue, context));
    });
  explain(command, {
    notes: [
      {
        head: ['Mode', 'A message that comes while the agent is busy'],
        rows: [
          [
            '`queue` (default)',
            'waits until the agent is idle; until then it can be edited or deleted in the chat, and removed here',
          ],
          [
            '`steer`',
            "is typed at once, into the agent's own queue; the agent takes it up during its turn or after it",
          ],
          ['`interrupt`', 'stops the turn, then is delivered. Messages that come together stop it once'],
        ],
      },
      'The mode is kept in `sessions.json` and counts at once. Where the agent cannot do it, messages wait, and the channel is told.',
      {
        head: ['State of a message', 'Means'],
        rows: [
          ['`queued`', 'waits'],
          ['`held`', 'is too old to be run unasked: `vai catch-up N`'],
          ['`sending`', 'is being handed to the agent'],
          ['`steered`', "lies in the agent's own queue"],
          ['`uncertain`', 'may have reached the agent; it is looked up before it is sent again'],
        ],
      },
      'Only a message that is queued or held can be removed. It then carries a 🗑️ in the chat.',
      'With `--json`: `session`, `agent`, `mode`, `effective` (what is done: `queue` where the agent cannot do the mode), `removed` (with `--remove`) and `messages`: a list of objects with `id`, `state`, `source`, `author`, `sentAt`, `beginning`, and `waitsFor` for the next one.',
    ],
    examples: [
      'vai queue 1',
      'vai queue 1 --remove discord:1234567890123456789',
      ['vai queue 1 --mode steer', 'type messages at once from now on'],
    ],
  });
}

function modeLine({ session, agent, mode, effective }: SessionQueue): Line {
  const cannot = mode === effective ? '' : ` (${agent} cannot do "${mode}")`;
  return [styled('strong', `Session ${session}`), `, mode ${effective}: ${modeMeans[effective]}${cannot}.`];
}

function messageLines({ messages }: SessionQueue, { clock, columns }: CliContext): readonly Line[] {
  if (messages.length === 0) return ['No message is on its way.'];
  const head = ['ID', 'STATE', 'WRITTEN', 'BY', 'TEXT'];
  const rows = messages.map((message) => [
    message.id,
    stateOf(message),
    ago(message.sentAt, clock.now()),
    message.author,
    message.beginning,
  ]);
  return tableLines(head, rows, { width: columns, flexible: [4, 3] });
}

function stateOf({ state, waitsFor }: QueuedMessage): string {
  return waitsFor === undefined ? state : `${state} (${waitsFor})`;
}
