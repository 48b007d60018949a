import { Option } from 'commander';
import type { Command } from 'commander';

import type { OutboxEntry, OutboxListing } from '../../contracts/bridge-api.ts';
import type { Output } from '../../control/outputs.ts';
import { jsonOption } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';
import { ago } from '../relative-time.ts';
import { styled } from '../style.ts';
import type { Line } from '../style.ts';
import { tableLines } from '../table.ts';

interface Options {
  /** True for all of them. */
  readonly retry?: string | true;
  readonly drop?: string;
  readonly json?: true;
}

const refusals: Readonly<Record<string, string>> = {
  'chat-forbidden': 'the bot may not post there',
  'chat-not-found': 'it is gone, or the bot cannot see it',
};

export function addOutbox(program: Command, context: CliContext): void {
  const command = program
    .command('outbox')
    .description('Shows what waits to be posted, and the channels that refuse the bot.')
    .addOption(new Option('--retry [CHANNEL]', 'tries channels that refused the bot again: all, or one'))
    .addOption(new Option('--drop <KEY>', 'gives something up that waits: its key in the list'))
    .addOption(jsonOption())
    .action(async ({ retry, drop, json }: Options) => {
      const { listing, retried } = await context.withBridge(async (bridge) => {
        if (drop !== undefined) await bridge.dropOutbox(drop);
        const tried = retry === undefined ? undefined : await bridge.retryOutbox(retry === true ? undefined : retry);
        return { listing: await bridge.outbox(), retried: tried?.channels };
      });
      if (json) {
        context.printJson({
          ...listing,
          ...(retried === undefined ? {} : { retried }),
          ...(drop === undefined ? {} : { dropped: drop }),
        } satisfies Output<'outbox'>);
        return;
      }
      if (drop !== undefined) context.print(`Success: ${drop} dropped`);
      if (retried !== undefined) {
        context.print(
          retried.length === 0 ? 'No channel is held back.' : `Success: trying ${retried.join(', ')} again`,
        );
      }
      context.print(...parkedLines(listing, context), ...itemLines(listing, context));
    });
  explain(command, {
    notes: [
      'What the bot says waits on disk until the chat has it. Usually this list is empty: something stands in it while the chat is away or slow.',
      'A channel that refuses the bot (its permissions changed, or it is gone) is held back: what is for it waits, in order, and the owner is told once, elsewhere. It is tried again when somebody writes there, at every start of the bridge, and with `--retry`. See a moment later with `vai outbox` whether it went out.',
      '`--drop` gives one thing up for good; a message whose answer is dropped gets a ❌.',
      'With `--json`: `parked` (a list of objects with `channel`, `channelName`, `code`, `since`, `pending`), `total`, and `items`: the first 500, objects with `key`, `channel`, `channelName`, `kind` (`text`, `edit`, `reaction`), `beginning`, `files`, `parts` and `sent` (how many messages it is, and how many of them are out), `message` (the id for `vai trace`) and `createdAt`; `retried` and `dropped` with these options.',
    ],
    examples: [
      'vai outbox',
      ['vai outbox --retry', 'the permissions are mended'],
      'vai outbox --retry 123456789012345678',
      'vai outbox --drop text:1:m7',
    ],
  });
}

function parkedLines({ parked }: OutboxListing, { clock, vai }: CliContext): readonly Line[] {
  return parked.map(({ channel, channelName, code, since, pending }) => {
    const name = channelName === undefined ? channel : `#${channelName} (${channel})`;
    const why = refusals[code] ?? code;
    return [
      styled('strong', name),
      `: ${why}, since ${ago(since, clock.now())}. ${pending} ${pending === 1 ? 'waits' : 'wait'}: ${vai} outbox --retry`,
    ];
  });
}

function itemLines({ items, total }: OutboxListing, { clock, columns }: CliContext): readonly Line[] {
  if (items.length === 0) return ['Nothing waits to be posted.'];
  const head = ['KEY', 'CHANNEL', 'KIND', 'SINCE', 'TEXT'];
  const rows = items.map((item) => [
    item.key,
    item.channelName === undefined ? item.channel : `#${item.channelName}`,
    kindOf(item),
    ago(item.createdAt, clock.now()),
    item.beginning,
  ]);
  const more = total > items.length ? [`and ${total - items.length} more`] : [];
  return [...tableLines(head, rows, { width: columns, flexible: [4] }), ...more];
}

function kindOf({ kind, parts, sent, files }: OutboxEntry): string {
  const details = [
    ...(parts !== undefined && parts > 1 ? [`${sent ?? 0} of ${parts} out`] : []),
    ...(files === undefined ? [] : [files === 1 ? '1 file' : `${files} files`]),
  ];
  return details.length === 0 ? kind : `${kind} (${details.join(', ')})`;
}
