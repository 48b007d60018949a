import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/base/clock.ts';
import { discordCheck } from '../../../src/doctor/checks/discord.ts';
import type { Finding } from '../../../src/doctor/report.ts';
import { Faults } from '../../../src/local-discord/faults.ts';
import { startLocalDiscord } from '../../../src/local-discord/local-discord.ts';
import type { LocalDiscord } from '../../../src/local-discord/local-discord.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

let world: DoctorWorld;
let server: LocalDiscord;
let faults: Faults;
let channel: string;
const all = { times: Infinity };
beforeEach(async () => {
  world = new DoctorWorld();
  faults = new Faults();
  server = await startLocalDiscord({ port: 0, dataFile: ':memory:', clock: systemClock, faults });
  world.scope.defer('server', () => server.close());
  channel = server.ensureChannel({ name: 'shop' });
  world.write('config/sessions.json', `{"1":"${channel}"}`);
});
afterEach(() => world.close());

function find(token = server.botToken): Promise<readonly Finding[]> {
  return faultsOf(discordCheck(world.look({ DISCORD_API_URL: server.api, DISCORD_BOT_TOKEN: token })));
}

describe('discordCheck', () => {
  it('finds nothing wrong with a bot that can work', async () => {
    expect(await find()).toEqual([]);
    expect(server.unknownRoutes).toEqual([]);
  });

  it('is content without a token', async () => {
    expect(await idsOf(discordCheck(world.look()))).toEqual([]);
  });

  it('finds a wrong token, and does not show it', async () => {
    const found = await find('wrong-token-wrong-token');
    expect(found).toMatchObject([{ id: 'token-wrong', do: expect.stringContaining('Reset Token') }]);
    expect(JSON.stringify(found)).not.toContain('wrong-token-wrong-token');
  });

  it('finds what cannot be a token, and asks nobody about it', async () => {
    await faults.goAway();
    expect((await find('tökentökentökentöken')).map(({ id }) => id)).toEqual(['token-malformed']);
  });

  it.each<[string, () => Promise<void> | void]>([
    ['nobody listens', () => faults.goAway()],
    ['the server is down', () => faults.failRequests(all, { status: 502, body: 'Bad Gateway' })],
    ['a proxy wants a login', () => faults.failRequests(all, { status: 401, body: '<html>log in</html>' })],
    ['a captive page answers', () => faults.failRequests(all, { status: 200, body: '<html></html>' })],
    ['the connection breaks', () => faults.resetRequests(all, 'before')],
  ])('tells offline from a wrong token: %s', async (_name, plant) => {
    await plant();
    const found = await find();
    expect(found.map(({ id }) => id)).toEqual(['discord-offline']);
    expect(found[0]?.says).toContain('it may be right');
  });

  it('finds that Discord asks to wait', async () => {
    faults.failRequests(
      { times: Infinity },
      { status: 429, headers: { 'Retry-After': '12' }, body: { retry_after: 12 } },
    );
    expect(await find()).toMatchObject([{ id: 'discord-limited', says: expect.stringContaining('12 s') }]);
  });

  it('finds a missing intent, with the page where it is turned on', async () => {
    const body = { id: '42', name: 'My Bot', flags: 0 };
    faults.failRequests({ path: /applications\/@me/, times: Infinity }, { status: 200, body });
    expect(await find()).toMatchObject([{ id: 'intent-missing', do: expect.stringContaining('/applications/42/bot') }]);
  });

  it('finds a bot that is in no server, with the link that invites it', async () => {
    faults.failRequests({ path: /@me\/guilds/, times: Infinity }, { status: 200, body: '[]' });
    expect(await find()).toMatchObject([
      {
        id: 'bot-in-no-server',
        do: expect.stringMatching(/client_id=\d+&scope=bot%20applications.commands&permissions=\d+/),
      },
    ]);
  });

  it.each([
    [0, 'logins-spent'],
    [12, 'logins-low'],
  ])('finds that %d logins are left', async (remaining, id) => {
    const body = { url: 'ws://x', shards: 1, session_start_limit: { total: 1000, remaining, reset_after: 7_200_000 } };
    faults.failRequests({ path: /gateway\/bot/ }, { status: 200, body });
    expect(await find()).toMatchObject([{ id, says: expect.stringContaining(`${remaining} of 1000`) }]);
  });

  it('finds a channel that the bot cannot see', async () => {
    world.write('config/sessions.json', `{"1":"${channel}","2":"111111111111111111"}`);
    expect(await find()).toMatchObject([
      { id: 'channel-unseen', says: expect.stringContaining('111111111111111111 of session 2') },
    ]);
  });

  it('finds permissions that a channel takes away, by name', async () => {
    const body = {
      id: channel,
      type: 0,
      name: 'shop',
      guild_id: server.guildId,
      permission_overwrites: [{ id: server.guildId, type: 0, allow: '0', deny: String((1n << 6n) | (1n << 11n)) }],
    };
    faults.failRequests({ path: new RegExp(`/channels/${channel}$`), times: Infinity }, { status: 200, body });
    expect(await find()).toMatchObject([
      { id: 'permission-missing', says: 'In #shop (session 1) the bot lacks: Send Messages, Add Reactions.' },
    ]);
  });

  it('asks for no further channel of a server that does not answer', async () => {
    world.write('config/sessions.json', `{"1":"${channel}","2":"111111111111111111","3":"222222222222222222"}`);
    faults.failRequests({ path: /channels/, times: Infinity }, { status: 503, body: 'down' });
    expect((await find()).map(({ id }) => id)).toEqual(['discord-offline']);
  });

  it('tells a question that Discord did not answer', async () => {
    faults.failRequests({ path: /gateway\/bot/ }, { status: 403, body: { code: 40_001, message: 'Unauthorized' } });
    expect(await find()).toMatchObject([{ id: 'discord-refused', says: expect.stringContaining('HTTP 403') }]);
  });
});
