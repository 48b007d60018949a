import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import { FileOffers } from '../../../src/bridge/offers/file-offers.ts';
import { OfferActs } from '../../../src/bridge/offers/offer-acts.ts';
import { offerWordsIn } from '../../../src/bridge/words/offers.ts';
import type { ChatAct } from '../../../src/contracts/chat.ts';
import type { Author } from '../../../src/model/message.ts';
import type { SessionEntry } from '../../../src/model/session.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { gateWorld, rules } from '../support/gate-world.ts';
import { HandOutgoing } from '../support/hand-outgoing.ts';
import { gate as closedGate } from '../support/hand-transport.ts';
import { channelOne, elsewhere, one, owner, stranger } from '../support/messages.ts';
import { textsFor } from '../support/outbox.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { NamedPlaces } from '../support/session-world.ts';

const path = '/home/workspace/session_1/out/a.png';
const words = offerWordsIn('en');
const secret = (text: string) => ({ kind: 'private', text });

/** A file that was offered under a text. */
function world() {
  const stores = openStores(':memory:');
  const workspace = new NamedPlaces();
  const outgoing = new HandOutgoing();
  const log = new RecordingLog();
  const clock = new ManualClock();
  const { gate, setPolicy, audited } = gateWorld({ clock, log });
  const user = (role: 'owner' | 'operator' | 'member' | 'viewer', id: string) => [id, { role }] as const;
  setPolicy({
    everywhere: rules({ users: new Map([user('owner', owner.id), user('member', '7'), user('viewer', '8')]) }),
  });
  const entries: SessionEntry[] = [{ number: one, channel: channelOne }];
  const kicks: number[] = [];
  const common = { stores, workspace, outgoing, gate, words, clock, log, entries: () => entries };
  const acts = new OfferActs({ ...common, onOutbox: () => kicks.push(1) });
  workspace.offerable.add(path);
  const [row] = new FileOffers(common).under({ session: one, turn: 't', key: 'k', text: 'see out/a.png' });
  const control = row?.kind === 'buttons' ? (row.buttons[0]?.id ?? '') : '';
  let count = 0;
  const press = (author: Author = owner, change: Partial<ChatAct> = {}) =>
    acts.act({
      ...{ id: `act-${(count += 1)}`, author, channel: channelOne, parent: undefined, direct: false },
      deed: { kind: 'press', control, messageId: '42' },
      ...change,
    });
  return { stores, workspace, outgoing, entries, audited, kicks, press, acts, control };
}

describe('a press on an offered file', () => {
  it('posts it as an answer to the text, as it is now', async () => {
    const { press, stores, kicks } = world();
    expect(await press()).toEqual({ kind: 'done' });
    expect(textsFor(stores, channelOne)).toEqual([
      {
        kind: 'text',
        text: '📎 `out/a.png`',
        replyTo: '42',
        files: [{ path: '/outgoing/1', name: 'a.png', source: path }],
      },
    ]);
    expect(kicks).toHaveLength(1);
  });

  it('posts it where the press was, a thread say', async () => {
    const { press, stores } = world();
    await press(owner, { channel: elsewhere, parent: channelOne });
    expect([textsFor(stores, channelOne).length, textsFor(stores, elsewhere).length]).toEqual([0, 1]);
  });

  it('posts it once: a second one is told in private what came of the first', async () => {
    const { press, stores, outgoing, control } = world();
    await press();
    expect(await press({ ...owner, id: '7' })).toEqual(secret(words.isOnItsWay));
    const key = `offer:${control.slice('file:'.length)}`;
    stores.outbox.settle(key, 'posted', 1);
    expect(await press()).toEqual(secret(words.isHere));
    expect(outgoing.copies.size).toBe(1);
    const other = world();
    await other.press();
    other.stores.outbox.settle(key, 'failed', 1);
    expect(await other.press()).toEqual(secret(words.wasRefused));
  });

  it('two people at once: one copy, one post', async () => {
    const { press, stores, outgoing } = world();
    const { passed, open } = closedGate();
    outgoing.beforeCopy = () => passed;
    const both = Promise.all([press(), press({ ...owner, id: '7' })]);
    open();
    expect(await both).toEqual([{ kind: 'done' }, secret(words.isOnItsWay)]);
    expect([textsFor(stores, channelOne).length, outgoing.copies.size]).toEqual([1, 1]);
  });

  it('is looked at again: what is gone, or is another file by now, is not posted', async () => {
    const { press, stores, workspace, outgoing } = world();
    workspace.offerable.delete(path);
    expect(await press()).toEqual(secret(words.gone('a.png')));
    // A link has taken its place.
    workspace.fileToOffer = () => ({ path: '/home/workspace/session_1/other', name: 'a.png', size: 1 });
    expect(await press()).toEqual(secret(words.gone('a.png')));
    workspace.fileToOffer = () => ({ path, name: 'a.png', size: 1 });
    outgoing.beforeCopy = () => {
      throw new BridgeError('file-unreadable', 'it is a link by now');
    };
    expect(await press()).toEqual(secret(words.notCopied('it is a link by now')));
    expect(textsFor(stores, channelOne)).toEqual([]);
    outgoing.beforeCopy = () => undefined;
    expect(await press()).toEqual({ kind: 'done' });
  });

  it('of a session that was removed, or an offer that is forgotten, is told so', async () => {
    const { press, entries, acts, stores } = world();
    entries.length = 0;
    expect(await press()).toEqual(secret(words.gone('a.png')));
    const deed = { kind: 'press', control: 'file:unknown', messageId: '42' } as const;
    expect(await press(owner, { deed })).toEqual(secret(words.unknown));
    stores.offers.prune(Infinity, 10);
    expect(await press()).toEqual(secret(words.unknown));
    const command = { kind: 'command', name: 'file', options: {} } as const;
    expect(await press(owner, { deed: command })).toEqual(secret(words.unknown));
    expect(acts).toBeDefined();
  });

  it('BX-09: is for owners, operators and members; who may not is told in private, and it is kept', async () => {
    const { press, stores, audited } = world();
    for (const author of [stranger, { ...owner, id: '8' }]) expect(await press(author)).toEqual(secret(words.mayNot));
    expect(textsFor(stores, channelOne)).toEqual([]);
    expect(await press({ ...owner, id: '7' })).toEqual({ kind: 'done' });
    expect(audited.at(-1)).toMatchObject({ who: 'user 7', surface: 'press', action: 'fetch-file', outcome: 'allowed' });
  });
});
