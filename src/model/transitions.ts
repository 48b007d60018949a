import { fileMoves } from './message-file.ts';
import type { FileMove } from './message-file.ts';
import { inboxMoves } from './message.ts';
import type { InboxMove } from './message.ts';
import { promptMoves } from './prompt.ts';
import type { PromptMove } from './prompt.ts';

/** Every step that moves something durable and is no move between two states. */
const steps = [
  'inbox:new',
  'inbox:edit',
  'file:new',
  'outbox:new',
  'outbox:plan',
  'outbox:part',
  'outbox:posted',
  'outbox:failed',
  'outbox:dropped',
  'outbox:park',
  'outbox:unpark',
  'turn:begin',
  'turn:join',
  'turn:end',
  'prompt:new',
  'prompt:draft',
  'cursor:channel',
  'cursor:mailbox',
] as const;

/** Every durable transition by name: a place where the process may be killed and nothing may be lost or doubled. */
export type Transition = (typeof steps)[number] | `inbox:${InboxMove}` | `file:${FileMove}` | `prompt:${PromptMove}`;

/** All of them: the steps, and every move of the state tables. */
export const transitions: readonly Transition[] = [
  ...steps,
  ...movesOf(inboxMoves).map((move) => `inbox:${move}` as `inbox:${InboxMove}`),
  ...movesOf(fileMoves).map((move) => `file:${move}` as `file:${FileMove}`),
  ...movesOf(promptMoves).map((move) => `prompt:${move}` as `prompt:${PromptMove}`),
];

function movesOf(table: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.entries(table).flatMap(([from, targets]) => targets.map((to) => `${from}>${to}`));
}
