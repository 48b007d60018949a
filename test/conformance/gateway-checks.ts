import { GatewayIntentBits } from 'discord.js';
import { expect, it } from 'vitest';

import { connectBot, nextEvent, rest, restAsUser, textChannel, unique } from './conformance-target.ts';
import type { ConformanceTarget } from './conformance-target.ts';
import type { Reach } from './discord-conformance.ts';
import { RawGateway } from './raw-gateway.ts';

const { Guilds: guilds, GuildMessages: guildMessages, MessageContent: messageContent } = GatewayIntentBits;

async function say(target: ConformanceTarget, content: string): Promise<string> {
  return (await rest(target, 'POST', `/channels/${target.channelId}/messages`, { content })).body.id;
}

export function gatewayChecks(reach: Reach, withUser: boolean): void {
  it('a heartbeat is acknowledged', async () => {
    const gateway = await RawGateway.open(reach());
    expect(gateway.frames[0]?.d.heartbeat_interval).toBeGreaterThan(1000);
    await gateway.settled();
    gateway.close();
  });

  it('what a client does wrong has its close code', async () => {
    const wrong: [number, (gateway: RawGateway) => void][] = [
      [4001, (gateway) => gateway.send(99, {})],
      [4002, (gateway) => gateway.sendText('{nonsense')],
      [4003, (gateway) => gateway.send(3, { since: null, activities: [], status: 'online', afk: false })],
      [4004, (gateway) => gateway.identify('wrong.token.here', guilds)],
      [4010, (gateway) => gateway.identify(reach().botToken, guilds, { shard: [2, 1] })],
      [4013, (gateway) => gateway.identify(reach().botToken, 2 ** 30)],
    ];
    for (const [code, act] of wrong) {
      const gateway = await RawGateway.open(reach());
      act(gateway);
      expect(await gateway.closed()).toBe(code);
    }
  });

  it('identifying twice is 4005', async () => {
    const gateway = await RawGateway.open(reach());
    await gateway.begin(reach().botToken, guilds);
    gateway.identify(reach().botToken, guilds);
    expect(await gateway.closed()).toBe(4005);
  });

  it('BX-01: resuming after a cut replays exactly what was missed, in order, then says RESUMED', async () => {
    const intents = guilds | guildMessages | messageContent;
    const first = await RawGateway.open(reach());
    const ready = await first.begin(reach().botToken, intents);
    await first.event('GUILD_CREATE');
    const before = unique('before the cut');
    await say(reach(), before);
    await first.event('MESSAGE_CREATE', (data) => data.content === before);
    const seq = first.lastSequence();
    first.cut();
    const missed = [unique('missed 1'), unique('missed 2'), unique('missed 3')];
    for (const content of missed) await say(reach(), content);

    const second = await RawGateway.open(reach(), ready.resume_gateway_url.replace(/\/$/, ''));
    second.send(6, { token: reach().botToken, session_id: ready.session_id, seq });
    await second.event('RESUMED');
    const names = second.frames
      .filter(({ op }) => op === 0)
      .map(({ t, d }) => (t === 'MESSAGE_CREATE' ? d.content : t));
    expect(names).toEqual([...missed, 'RESUMED']);
    expect(second.frames.find(({ t }) => t === 'MESSAGE_CREATE')?.s).toBe(seq + 1);
    const after = unique('after the resume');
    await say(reach(), after);
    await second.event('MESSAGE_CREATE', (data) => data.content === after);
    second.close();
  });

  it('resuming what does not exist is op 9 false; the connection can identify then', async () => {
    const gateway = await RawGateway.open(reach());
    gateway.send(6, { token: reach().botToken, session_id: 'no-such-session', seq: 5 });
    expect((await gateway.next(({ op }) => op === 9)).d).toBe(false);
    await gateway.begin(reach().botToken, guilds);
    gateway.close();
  });

  it('a session closed with 1000 cannot be resumed', async () => {
    const first = await RawGateway.open(reach());
    const ready = await first.begin(reach().botToken, guilds);
    const seq = first.lastSequence();
    first.close();
    await first.closed();
    const second = await RawGateway.open(reach());
    second.send(6, { token: reach().botToken, session_id: ready.session_id, seq });
    expect((await second.next(({ op }) => op === 9)).d).toBe(false);
    second.close();
  });

  it('intents filter: without GuildMessages there are no messages', async () => {
    const deaf = await RawGateway.open(reach());
    await deaf.begin(reach().botToken, guilds);
    const hearing = await RawGateway.open(reach());
    await hearing.begin(reach().botToken, guilds | guildMessages);
    const id = await say(reach(), unique('who hears this'));
    await hearing.event('MESSAGE_CREATE', (data) => data.id === id);
    await deaf.settled();
    expect(deaf.frames.some(({ t }) => t === 'MESSAGE_CREATE')).toBe(false);
    deaf.close();
    hearing.close();
  });

  it('without MessageContent own messages can be read', async () => {
    const client = await connectBot(reach(), [guilds, guildMessages]);
    try {
      const channel = await textChannel(client, reach());
      const content = unique('my own words');
      const heard = nextEvent(client, 'messageCreate', (message) => message.author.id === client.user.id);
      await channel.send(content);
      expect((await heard)[0].content).toBe(content);
    } finally {
      await client.destroy();
    }
  });

  it.skipIf(!withUser)('without MessageContent what others say is blank, unless it mentions the bot', async () => {
    const client = await connectBot(reach(), [guilds, guildMessages]);
    try {
      const path = `/channels/${reach().channelId}/messages`;
      const first = nextEvent(client, 'messageCreate', (message) => !message.author.bot);
      await restAsUser(reach(), 'POST', path, { content: unique('secret') });
      expect((await first)[0].content).toBe('');
      const content = unique(`<@${client.user.id}> listen`);
      const second = nextEvent(client, 'messageCreate', (message) => !message.author.bot);
      await restAsUser(reach(), 'POST', path, { content });
      expect((await second)[0].content).toBe(content);
    } finally {
      await client.destroy();
    }
  });
}
