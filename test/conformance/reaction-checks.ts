import type { Client, TextChannel } from 'discord.js';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { connectBot, expectCode, nextEvent, textChannel, unique } from './conformance-target.ts';
import type { Reach } from './discord-conformance.ts';

export function reactionChecks(reach: Reach): void {
  let client: Client<true>;
  let channel: TextChannel;

  beforeAll(async () => {
    client = await connectBot(reach());
    channel = await textChannel(client, reach());
  });
  afterAll(() => client.destroy());

  it('a reaction is an event, is counted once however often it is set, and lists who', async () => {
    const message = await channel.send(unique('react to me'));
    let events = 0;
    client.on('messageReactionAdd', (reaction) => {
      if (reaction.message.id === message.id) events += 1;
    });
    const heard = nextEvent(client, 'messageReactionAdd', (reaction) => reaction.message.id === message.id);
    await message.react('📥');
    const [reaction, user] = await heard;
    expect(reaction.emoji.name).toBe('📥');
    expect(user.id).toBe(client.user.id);
    await message.react('📥');
    // Events come in order: behind this one there is none of the reaction that was there already.
    const last = nextEvent(
      client,
      'messageReactionAdd',
      (added) => added.message.id === message.id && added.emoji.name === '⚙️',
    );
    await message.react('⚙️');
    await last;
    const fetched = await channel.messages.fetch({ message: message.id, force: true });
    expect(fetched.reactions.cache.map(({ emoji, count, me }) => [emoji.name, count, me])).toEqual([
      ['📥', 1, true],
      ['⚙️', 1, true],
    ]);
    expect((await fetched.reactions.cache.first()!.users.fetch()).has(client.user.id)).toBe(true);
    expect(events).toBe(2);
  });

  it('an own reaction can be taken back; all can be cleared', async () => {
    const message = await channel.send(unique('react to me'));
    const reaction = await message.react('✅');
    await message.react('❌');
    const heard = nextEvent(client, 'messageReactionRemove', ({ message: { id } }) => id === message.id);
    await reaction.users.remove(client.user.id);
    expect((await heard)[0].emoji.name).toBe('✅');
    const cleared = nextEvent(client, 'messageReactionRemoveAll', ({ id }) => id === message.id);
    await message.reactions.removeAll();
    await cleared;
    const fetched = await channel.messages.fetch({ message: message.id, force: true, cache: false });
    expect(fetched.reactions.cache.size).toBe(0);
  });

  it('what is no emoji is 10014; an unknown message 10008', async () => {
    const message = await channel.send(unique('react to me'));
    await expectCode(message.react('no-emoji'), 10014);
    await message.delete();
    await expectCode(message.react('✅'), 10008);
  });
}
