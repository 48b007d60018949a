import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { connectControl } from '../../src/control/client.ts';
import { whyNoClaude } from '../e2e/support/claude.ts';
import type { BenchContext, Measurement } from './measurement.ts';
import { until } from '../e2e/support/until.ts';
import type { World } from '../e2e/support/world.ts';
import { openClaudeWorld } from './support/claude-world.ts';
import { openPredecessor } from './support/predecessor.ts';

const short = 'short message';
const kilobyte = 'message of 1 kB';
const tenKilobytes = 'message of 10 kB, by vai send';
const predecessor = "the predecessor's way, short message";

/** The reaction the bridge sets when the agent has confirmed a message. */
const confirmed = /^PUT .*\/reactions\/⚙/u;
/** The last reaction of a turn. */
const answered = /^PUT .*\/reactions\/✅/u;

/** Demand (a): how soon the agent has what was written, by its own confirmation. */
export const delivery: Measurement = {
  name: 'delivery',
  title:
    'from the moment the chat server dispatches MESSAGE_CREATE until its REST interface receives the reaction that says ' +
    'the agent confirmed the message (real Claude Code)',
  quantities: [
    { name: short, unit: 'ms', baseline: predecessor, goals: [{ statistic: 'ratio', atMost: 0.5 }] },
    { name: kilobyte, unit: 'ms', baseline: predecessor },
    { name: tenKilobytes, unit: 'ms', baseline: predecessor },
    { name: predecessor, unit: 'ms' },
  ],
  maxSeconds: 240,
  unavailable: whyNoClaude,
  async run(context) {
    const { world, watch, channel } = await openClaudeWorld(context);
    const old = await openPredecessor(context);
    const deliverLong = await openSend(context, world);

    async function deliver(text: string): Promise<number> {
      watch.reset();
      await world.owner.say(channel, text);
      const begin = await watch.moment(/^dispatch MESSAGE_CREATE$/);
      const end = await watch.moment(confirmed);
      await watch.moment(answered);
      return end - begin;
    }

    await deliver('say warm');
    await old.send('warm');
    const rounds = context.quick ? 4 : 48;
    for (let round = 0; round < rounds && !context.signal.aborted; round += 1) {
      context.progress(`round ${round + 1} of ${rounds}`);
      context.record(short, await deliver(`say hello number ${round}`));
      context.record(predecessor, await old.send(`say hello number ${round}`));
      if (round % 2 === 0) context.record(kilobyte, await deliver(prose(1_000, round)));
      if (round % 4 === 0) context.record(tenKilobytes, await deliverLong(prose(10_000, round)));
    }
    context.note(
      'The end is the arrival of the reaction ⚙️ at the server, not an entry in the inbox: it can be seen from outside, ' +
        'and counts the storing of the confirmation and one REST request against the bridge.',
    );
    context.note(
      'A chat message has 2000 characters at most, so 10 kB come through the control socket: from the request to the ' +
        'state "acknowledged" in the inbox, looked up every 2 ms.',
    );
  },
};

/** A way to hand over a text through the control socket; gives the milliseconds until the agent confirmed it. */
async function openSend(context: BenchContext, { bridge }: World): Promise<(text: string) => Promise<number>> {
  const control = await connectControl({ socket: bridge.paths.controlSocket });
  context.scope.defer('the control connection', () => control.close());
  const database = new DatabaseSync(join(bridge.paths.state, 'bridge.db'), { readOnly: true });
  context.scope.defer('the reader of the inbox', () => database.close());
  const query = database.prepare("SELECT 1 FROM inbox WHERE id = ? AND state = 'acknowledged'");
  return async (text) => {
    const begin = performance.now();
    const { id } = await control.send(1, text);
    while (!query.get(id)) await sleep(2, undefined, { signal: context.signal });
    const end = performance.now();
    await until(async () => (await control.status()).sessions[0]?.state === 'idle', { what: 'the end of the turn' });
    return end - begin;
  };
}

/** English of about so many characters that is never the same twice and never repeats itself. */
function prose(length: number, seed: number): string {
  const words = ['the quick brown fox', 'jumps over', 'a lazy dog; then', 'it sleeps.'];
  let text = `note ${seed} `;
  for (let index = 0; text.length < length; index += 1) text += `${index} ${words[index % words.length] ?? ''} `;
  return text.slice(0, length).trim();
}
