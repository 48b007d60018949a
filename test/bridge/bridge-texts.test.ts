import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import type { PostTarget } from '../../src/contracts/bridge-api.ts';
import type { SessionNumber } from '../../src/model/session.ts';
import { refusal } from '../storage/refusal.ts';
import { chat, local, paneOne, paneTwo, world } from './support/bridge-world.ts';
import { words } from './support/collector-world.ts';
import { channelOne, channelTwo, elsewhere, one } from './support/messages.ts';
import { textsFor } from './support/outbox.ts';

describe('send', () => {
  it('MS-06: gives the text to the agent as a message, shows it in the channel, and tells its id', async () => {
    const { bridge, driver, settle, said, stores } = await world();
    const { id } = await bridge.send(local, 1, 'do it');
    expect(stores.inbox.get(id)).toMatchObject({ source: 'cli', session: one, channel: channelOne, text: 'do it' });
    await settle();
    expect(driver.agents[0]!.delivered).toEqual([{ message: id, text: 'do it', source: 'cli', authorName: 'cli' }]);
    expect(said()).toEqual([{ kind: 'text', text: words.sentFromShell('do it') }]);
  });

  it('a long text reaches the agent whole and the channel shortened', async () => {
    const { bridge, driver, settle, said } = await world();
    await bridge.send(local, 1, 'z'.repeat(100_000));
    await settle();
    expect(driver.agents[0]!.delivered[0]?.text).toHaveLength(100_000);
    expect(said()[0]?.text.length).toBeLessThan(1_700);
  });

  it('refuses an empty text and an unknown session', async () => {
    const { bridge, stores } = await world();
    await expect(bridge.send(local, 1, ' \n')).rejects.toThrow(refusal('message-empty'));
    await expect(bridge.send(local, 9, 'x')).rejects.toThrow(refusal('session-unknown', '9'));
    expect(stores.inbox.countUnsettled(one)).toBe(0);
  });

  it('MS-09: the log has its length, not its words', async () => {
    const { bridge, log } = await world();
    await bridge.send(local, 1, 'a secret plan');
    await bridge.post(local, { kind: 'default' }, 'a secret plan');
    expect(JSON.stringify(log.lines)).not.toContain('secret plan');
  });
});

describe('post', () => {
  it('MS-05: posts to a session, a channel, or the default session; it never reaches the agent', async () => {
    const { bridge, stores, driver, settle, kicks } = await world();
    expect(await bridge.post(local, { kind: 'session', session: 1 }, 'a')).toEqual({ channel: channelOne });
    expect(await bridge.post(local, { kind: 'channel', channel: elsewhere }, 'b')).toEqual({ channel: elsewhere });
    expect(await bridge.post(local, { kind: 'default' }, 'c')).toEqual({ channel: channelTwo });
    await settle();
    expect([channelOne, elsewhere, channelTwo].map((channel) => textsFor(stores, channel))).toEqual([
      [{ kind: 'text', text: 'a' }],
      [{ kind: 'text', text: 'b' }],
      [{ kind: 'text', text: 'c' }],
    ]);
    expect(kicks).toHaveLength(3);
    expect(driver.agents.flatMap(({ delivered }) => delivered)).toEqual([]);
  });

  it("MS-05: the default of a pane is its own session's channel", async () => {
    const { bridge } = await world();
    expect(await bridge.post(paneOne, { kind: 'default' }, 'a')).toEqual({ channel: channelOne });
    expect(await bridge.post(paneTwo, { kind: 'default' }, 'a')).toEqual({ channel: channelTwo });
  });

  it('MS-05: a pane may name its own session or channel, and no other', async () => {
    const { bridge, stores } = await world();
    await bridge.post(paneOne, { kind: 'session', session: 1 }, 'a');
    await bridge.post(paneOne, { kind: 'channel', channel: channelOne }, 'b');
    for (const target of [
      { kind: 'session', session: 2 },
      { kind: 'channel', channel: channelTwo },
      { kind: 'channel', channel: elsewhere },
    ] as const) {
      await expect(bridge.post(paneOne, target, 'x')).rejects.toThrow(refusal('forbidden'));
    }
    expect(textsFor(stores, channelOne)).toHaveLength(2);
    expect([textsFor(stores, channelTwo), textsFor(stores, elsewhere)]).toEqual([[], []]);
  });

  it('I5: a message from the shell is stored together with what its channel shows of it, or not at all', async () => {
    const { bridge, stores } = await world();
    const { append } = stores.outbox;
    stores.outbox.append = () => {
      throw new BridgeError('state-full', 'The state file x has no room left.');
    };
    await expect(bridge.send(local, 1, 'go')).rejects.toThrow(refusal('state-full'));
    stores.outbox.append = append.bind(stores.outbox);
    expect(stores.inbox.unsettled(one)).toEqual([]);
  });

  it('MS-05: an unknown session, a wrong channel and an empty text are refused by name', async () => {
    const { bridge, stores } = await world();
    const post = async (target: PostTarget, text: string) => bridge.post(local, target, text);
    await expect(post({ kind: 'session', session: 9 }, 'x')).rejects.toThrow(refusal('session-unknown', '9'));
    await expect(post({ kind: 'channel', channel: '42' }, 'x')).rejects.toThrow(refusal('channel-invalid', '"42"'));
    await expect(post({ kind: 'default' }, ' ')).rejects.toThrow(refusal('message-empty'));
    expect(stores.outbox.lanes()).toEqual([]);
  });

  it('BX-04: what the agent says and also posts with dp is seen once', async () => {
    const { bridge, driver, settle, said } = await world();
    const agent = driver.agents[0]!;
    const { id } = await bridge.send(local, 1, 'go');
    await settle();
    await bridge.post(paneOne, { kind: 'default' }, 'All done.');
    agent.finish(id, 'All done.');
    expect(said().map(({ text }) => text)).toEqual([words.sentFromShell('go'), 'All done.']);
  });

  it('BX-04: the words of other people never silence the agent', async () => {
    for (const actor of [local, chat('owner')]) {
      const { bridge, driver, settle, said } = await world();
      const { id } = await bridge.send(local, 1, 'go');
      await settle();
      await bridge.post(actor, { kind: 'session', session: 1 }, 'All done.');
      driver.agents[0]!.finish(id, 'All done.');
      expect(said().map(({ text }) => text)).toEqual([words.sentFromShell('go'), 'All done.', 'All done.']);
    }
  });
});

it('BX-01: what is stored while the chat connection has failed for good comes with the obstacle', async () => {
  const { bridge, transport } = await world();
  const post = () => bridge.post(local, { kind: 'session', session: 1 }, 'x');
  transport.state = { connection: 'reconnecting', detail: 'no network' };
  expect(await post()).toEqual({ channel: channelOne });
  transport.state = { connection: 'failed', detail: 'The token is wrong. Correct it.' };
  expect(await post()).toEqual({ channel: channelOne, obstacle: 'The token is wrong. Correct it.' });
  expect(await bridge.send(local, 1, 'x')).toMatchObject({ obstacle: 'The token is wrong. Correct it.' });
  transport.state = { connection: 'failed' };
  expect((await post()).obstacle).toBe('The chat connection failed.');
});

it('a session number from outside is never mistaken for a near one', async () => {
  const { bridge } = await world();
  const odd = 1.0000001 as SessionNumber;
  await expect(bridge.send(local, odd, 'x')).rejects.toThrow(refusal('session-unknown', '1.0000001'));
});
