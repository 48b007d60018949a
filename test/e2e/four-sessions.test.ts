import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

let world: World;

afterEach(async () => {
  await world.destroy();
});

const numbers = [1, 2, 3, 4] as const;

type Four = (typeof numbers)[number];

function picture(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), randomBytes(size)]));
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Does the same in every session at the same time. */
async function inAll(act: (channel: string, number: Four) => Promise<unknown>): Promise<void> {
  await Promise.all(numbers.map((number) => act(world.channels[number - 1]!, number)));
}

async function waitsFor(session: number, what: string): Promise<void> {
  await until(async () => (await world.bridge.session(session)).waitingFor === what, {
    what: `session ${session} to wait for ${what}`,
  });
}

/** A card as its channel shows it last. */
async function card(channel: string): Promise<string> {
  return (await world.owner.finds(channel, /npm test -- --run/)).id;
}

describe('MS-11: four sessions at once', () => {
  it('talk, fetch 20 files, ask, die and are killed with their bridge; each has its own, once and in order', async () => {
    world = await makeWorld({ sessions: 4 });
    const { bridge, owner } = world;
    await bridge.startDaemon();
    expect(await bridge.tmuxSessions()).toEqual(numbers.map((number) => `claude-session-${number}`));

    const files = new Map(
      numbers.map((number) => [number, Array.from({ length: 5 }, () => picture(500_000 + number))]),
    );
    await inAll(async (channel, number) => {
      await owner.say(channel, `first of ${number}`);
      const five = files.get(number)!.map((bytes, index) => ({ name: `${index}.png`, bytes }));
      await owner.sayWithFiles(channel, 'read', five);
      await owner.say(channel, `last of ${number}`);
      await owner.hears(channel, `You said: last of ${number}`, 60_000);
    });
    await inAll(async (channel, number) => {
      const heard = (await owner.heard(channel)).join('\n');
      for (const [other, contents] of files) {
        const known = contents.filter((bytes) => heard.includes(hashOf(bytes)));
        expect(known, `pictures of ${other} in ${number}`).toHaveLength(other === number ? 5 : 0);
      }
      expect(readdirSync(join(bridge.paths.attachments, `session_${number}`))).toHaveLength(5);
      expect(heard.match(/You said: (first|last) of \d/g)).toEqual([
        `You said: first of ${number}`,
        `You said: last of ${number}`,
      ]);
    });

    // All ask at once, and the bridge dies before anybody decided.
    await inAll(async (channel, number) => {
      await owner.say(channel, 'ask bash');
      await waitsFor(number, 'permission');
      await card(channel);
    });
    await bridge.endDaemon('SIGKILL');
    await inAll((channel, number) => owner.say(channel, `while nobody listened to ${number}`));
    await bridge.startDaemon();
    const decisions = { 1: 'Allow once', 2: 'Deny', 3: 'Allow once', 4: 'Deny' } as const;
    await inAll(async (channel, number) => {
      await owner.press(channel, await card(channel), decisions[number]);
      await owner.hears(channel, number % 2 === 1 ? 'You allowed it.' : /^You denied it/);
      await owner.hears(channel, `You said: while nobody listened to ${number}`);
    });

    // Two agents die in their turns; the two others go on with theirs.
    await inAll(async (channel, number) => {
      const id = await owner.say(channel, number <= 2 ? 'crash 3' : 'busy 4');
      await owner.seesReaction(channel, id, number <= 2 ? '❌' : '✅', 40_000);
      await until(async () => (await bridge.session(number)).lifecycle === 'running', {
        what: `session ${number} back`,
      });
      await owner.say(channel, `after all of ${number}`);
      await owner.hears(channel, `You said: after all of ${number}`);
    });
    const generations = await Promise.all(numbers.map(async (number) => (await bridge.session(number)).generation));
    expect(generations).toEqual([2, 2, 1, 1]);
    await inAll(async (channel, number) => {
      const heard = await owner.heard(channel);
      for (const words of [`first of`, `last of`, `while nobody listened to`, `after all of`]) {
        expect(heard.filter((text) => text.includes(words))).toEqual([`You said: ${words} ${number}`]);
      }
    });

    const stopped = await bridge.run('vai', ['stop']);
    expect(stopped.exitCode, stopped.stderr).toBe(0);
    await until(() => bridge.processes().length === 0, { what: 'nothing to be left' });
  });
});
