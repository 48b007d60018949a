import { messageTypes } from './state/payloads.ts';

const { normal, reply, command, contextCommand } = messageTypes;
const said: readonly number[] = [normal, reply, command, contextCommand];

/** Whether a message was said by somebody, rather than telling of something that happened. */
export function isSaid({ type }: { readonly type: number }): boolean {
  return said.includes(type);
}
