import { beforeEach, describe, expect, it } from 'vitest';

import { Actor } from '../../../src/local-discord/page/actor.ts';
import { listCommands } from '../../../src/local-discord/page/commands/command-index.ts';
import { Rest } from '../../../src/local-discord/page/connection/rest.ts';
import type { Action, ChatState } from '../../../src/local-discord/page/state/chat-state.ts';
import { initialState } from '../../../src/local-discord/page/state/chat-state.ts';
import { reduce } from '../../../src/local-discord/page/state/reduce.ts';
import { Store } from '../../../src/local-discord/page/state/store.ts';
import { english } from '../../../src/local-discord/page/words/english.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { commands } from './commands.ts';
import { message } from './messages.ts';

describe('what a person does', () => {
  let clock: ManualClock;
  let store: Store<ChatState, Action>;
  let actor: Actor;
  let bodies: object[];
  let answer: { status: number; text: string };

  const statuses = (): string[] => store.state.interactions.pending.map(({ status }) => status);

  beforeEach(() => {
    clock = new ManualClock();
    store = new Store({ ...initialState, guild: '9', session: 's1' }, reduce);
    bodies = [];
    answer = { status: 204, text: '' };
    const rest = new Rest({
      token: 't',
      clock,
      carry: ({ path, body }) => {
        if (path === '/interactions' && body && 'json' in body) bodies.push(body.json);
        return Promise.resolve(answer);
      },
    });
    actor = new Actor({ store, rest, clock, words: english, newNonce: () => `n${String(bodies.length)}` });
  });

  it('presses a button as Discord’s own client does', () => {
    actor.press(message('5'), { type: 2, customId: 'yes' });
    expect(bodies).toEqual([
      {
        ...{ type: 3, nonce: 'n0', guild_id: '9', session_id: 's1', channel_id: '100', message_id: '5' },
        ...{ message_flags: 0, application_id: '2', data: { component_type: 2, custom_id: 'yes' } },
      },
    ]);
    expect(statuses()).toEqual(['pending']);
  });

  it('chooses in a menu', () => {
    actor.press(message('5'), { type: 3, customId: 'menu', values: ['a', 'b'] });
    expect(bodies[0]).toMatchObject({ data: { component_type: 3, custom_id: 'menu', values: ['a', 'b'] } });
  });

  it('runs a command, and asks for suggestions while it is written', () => {
    const [deploy] = listCommands(commands);
    if (!deploy) throw new Error('the test has no commands');
    actor.run('100', deploy, new Map([['branch', 'main']]));
    const nonce = actor.suggest('100', deploy, new Map([['branch', 'ma']]), 'branch');
    expect(bodies).toMatchObject([
      { type: 2, application_id: '2', data: { id: 'deploy', options: [{ name: 'branch', value: 'main' }] } },
      { type: 4, nonce, data: { options: [{ name: 'branch', value: 'ma', focused: true }] } },
    ]);
  });

  it('submits a form under the id of the interaction that opened it', () => {
    const application = { id: '2', name: 'bridge' };
    actor.submit({ id: '70', channel_id: '100', application, custom_id: 'f', title: 'F', components: [] }, [
      { type: 1 },
    ]);
    expect(bodies[0]).toMatchObject({ type: 5, data: { id: '70', custom_id: 'f', components: [{ type: 1 }] } });
  });

  it('says in the server’s words why it was refused', async () => {
    answer = { status: 400, text: '{"message":"Component validation failed"}' };
    actor.press(message('5'), { type: 2, customId: 'yes' });
    await clock.advance(0);
    expect(store.state.interactions.pending).toMatchObject([
      { status: 'failed', reason: 'Component validation failed' },
    ]);
  });

  it('does not wait for ever', async () => {
    actor.press(message('5'), { type: 2, customId: 'yes' });
    await clock.advance(14_999);
    expect(statuses()).toEqual(['pending']);
    await clock.advance(1);
    expect(store.state.interactions.pending).toMatchObject([{ status: 'failed', reason: english.noAnswer }]);
  });
});
