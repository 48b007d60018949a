import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findServers } from '../../../src/cli/setup/server-step.ts';
import type { GoodToken } from '../../../src/cli/setup/token-step.ts';
import { invitePermissions } from '../../../src/discord/channel-permissions.ts';
import { ScriptedAsker, SetupWorld } from './setup-world.ts';

let world: SetupWorld;
let token: GoodToken;
beforeEach(async () => {
  world = await SetupWorld.open();
  token = {
    token: world.server.botToken,
    bot: 'claude-bridge',
    application: { id: '4711', name: 'Claude Bridge', readsContent: true },
    isSet: false,
  };
});
afterEach(() => world.close());

const link = `client_id=4711&scope=bot%20applications.commands&permissions=${invitePermissions}`;
const none = { status: 200, body: '[]' };

describe('findServers', () => {
  it('shows where the bot is, and how to let it in elsewhere', async () => {
    const asker = new ScriptedAsker([]);
    expect(await findServers(world.tools(asker), token)).toEqual([{ id: world.server.guildId, name: 'Local' }]);
    expect(asker.shown.join('\n')).toContain(link);
  });

  it('shows the invitation and waits until somebody accepted it', async () => {
    world.faults.failRequests({ path: /guilds/, times: 2 }, none);
    const asker = new ScriptedAsker([['Waiting', true]]);
    expect(await findServers(world.tools(asker), token)).toMatchObject([{ name: 'Local' }]);
    expect(asker.shown.join('\n')).toContain(link);
    expect(asker.shown.join('\n')).toContain('Read Message History');
  });

  it('goes on without a server when the person does not want to wait', async () => {
    world.faults.failRequests({ path: /guilds/, times: Infinity }, none);
    expect(await findServers(world.tools(new ScriptedAsker([['Waiting', 'do not wait']])), token)).toEqual([]);
  });
});
