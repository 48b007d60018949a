import type { Client, GuildMember, TextChannel } from 'discord.js';
import { MessageFlags, WebhookClient } from 'discord.js';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { connectBot, nextEvent, rest, textChannel, unique } from './conformance-target.ts';
import type { Reach } from './discord-conformance.ts';

/** Who people are (roles, mentions, webhooks), and what they pass on. */
export function peopleChecks(reach: Reach): void {
  let client: Client<true>;
  let channel: TextChannel;
  let me: GuildMember;

  beforeAll(async () => {
    client = await connectBot(reach());
    channel = await textChannel(client, reach());
    me = await channel.guild.members.fetchMe();
  });
  afterAll(() => client.destroy());

  it('roles are made, given, taken and deleted', async () => {
    const { guild } = channel;
    const heard = nextEvent(client, 'roleCreate');
    const role = await guild.roles.create({ name: unique('team').slice(0, 40) });
    expect((await heard)[0].id).toBe(role.id);
    await me.roles.add(role.id);
    expect((await guild.members.fetch({ user: me.id, force: true })).roles.cache.has(role.id)).toBe(true);
    await me.roles.remove(role.id);
    expect((await guild.members.fetch({ user: me.id, force: true })).roles.cache.has(role.id)).toBe(false);
    await me.roles.add(role.id);
    const gone = nextEvent(client, 'roleDelete', ({ id }) => id === role.id);
    await role.delete();
    await gone;
    expect((await guild.members.fetch({ user: me.id, force: true })).roles.cache.has(role.id)).toBe(false);
    const unknown = await rest(reach(), 'PUT', `/guilds/${guild.id}/members/${me.id}/roles/${role.id}`);
    expect(unknown).toMatchObject({ status: 404, body: { code: 10011 } });
    const nobody = await rest(reach(), 'GET', `/guilds/${guild.id}/members/100000000000000001`);
    expect(nobody.status).toBe(404);
  });

  it('a message names the users and roles that it mentions', async () => {
    const role = await channel.guild.roles.create({ name: unique('team').slice(0, 40), mentionable: true });
    const heard = nextEvent(client, 'messageCreate', ({ mentions }) => mentions.users.has(me.id));
    await channel.send({
      content: `<@${me.id}> <@&${role.id}>`,
      allowedMentions: { users: [me.id], roles: [role.id] },
    });
    const [{ mentions }] = await heard;
    expect(mentions.members?.get(me.id)?.displayName).toBe(me.displayName);
    expect(mentions.roles.get(role.id)?.name).toBe(role.name);
    await role.delete();
  });

  it('a webhook speaks under a name of its own, and is no member', async () => {
    const webhook = await channel.createWebhook({ name: 'Builds' });
    expect((await channel.fetchWebhooks()).get(webhook.id)?.name).toBe('Builds');
    const { apiUrl } = reach();
    const speaker = new WebhookClient({ id: webhook.id, token: webhook.token }, { rest: { api: apiUrl } });
    const content = unique('built');
    const heard = nextEvent(client, 'messageCreate', (message) => message.content === content);
    await speaker.send({ content, username: 'Nightly' });
    const [message] = await heard;
    expect(message.webhookId).toBe(webhook.id);
    expect(message.author).toMatchObject({ id: webhook.id, username: 'Nightly', bot: true });
    expect(message.member).toBeNull();
    await webhook.delete();
    const after = await rest(reach(), 'POST', `/webhooks/${webhook.id}/${webhook.token}`, { content }, '');
    expect(after).toMatchObject({ status: 404, body: { code: 10015 } });
    speaker.destroy();
  });

  it('a forwarded message brings along what it says, and no author', async () => {
    const content = unique('pass this on');
    const original = await channel.send({ content, files: [{ attachment: Buffer.from('abc'), name: 'a.txt' }] });
    const heard = nextEvent(client, 'messageCreate', ({ messageSnapshots }) => messageSnapshots.size > 0);
    const forward = await original.forward(channel);
    const [message] = await heard;
    expect(message.id).toBe(forward.id);
    expect(message.content).toBe('');
    expect(message.flags.has(MessageFlags.HasSnapshot)).toBe(true);
    const snapshot = message.messageSnapshots.first();
    expect(snapshot?.content).toBe(content);
    expect(snapshot?.attachments.first()?.name).toBe('a.txt');
    const raw = await rest(reach(), 'GET', `/channels/${channel.id}/messages/${forward.id}`);
    expect(raw.body).not.toHaveProperty('referenced_message');
  });

  it('a voice message says how long it is', async () => {
    const form = new FormData();
    const attachments = [{ id: '0', filename: 'voice-message.ogg', duration_secs: 2.5, waveform: 'AAAA' }];
    form.set('payload_json', JSON.stringify({ flags: MessageFlags.IsVoiceMessage, attachments }));
    form.set('files[0]', new Blob(['sound'], { type: 'audio/ogg' }), 'voice-message.ogg');
    const heard = nextEvent(client, 'messageCreate', ({ flags }) => flags.has(MessageFlags.IsVoiceMessage));
    expect((await rest(reach(), 'POST', `/channels/${channel.id}/messages`, form)).status).toBe(200);
    const [message] = await heard;
    expect(message.attachments.first()).toMatchObject({ duration: 2.5, waveform: 'AAAA' });
  });
}
