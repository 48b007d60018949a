import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import { AuthorRoles } from '../../../src/bridge/catch-up/author-roles.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { longMs, world as catchUpWorld } from '../support/catch-up-world.ts';
import { gateWorld, rules } from '../support/gate-world.ts';
import { gate } from '../support/hand-transport.ts';
import { channelOne, inbound, one, owner, stranger } from '../support/messages.ts';
import { RecordingLog } from '../support/recording-log.ts';

const team = '50';
const byRole = { sessions: new Map([[one, rules({ roles: new Map([[team, { role: 'member' as const }]]) })]]) };

function world(rolesOf: (userId: string) => readonly string[] | undefined) {
  const log = new RecordingLog();
  const gates = gateWorld({ clock: new ManualClock(), log, owners: { ids: () => [owner.id] } });
  gates.setPolicy(byRole);
  const asked: string[] = [];
  const roles = new AuthorRoles({
    gate: gates.gate,
    log,
    transport: {
      rolesOf: (_, userId) => {
        asked.push(userId);
        return Promise.resolve().then(() => rolesOf(userId));
      },
    },
  });
  return { roles, asked, log, ...gates };
}

const of = (author: typeof stranger | typeof owner, id: string, more = {}) => inbound(id, { author, ...more });

describe('author-roles', () => {
  it('asks once for each author of a page whose roles matter and are not said', async () => {
    const { roles, asked } = world(() => [team]);
    const messages = [of(stranger, '1'), of(owner, '2'), of(stranger, '3'), of(stranger, '4', { direct: true })];
    const completed = await roles.complete(messages);
    expect(completed.map(({ author }) => author.roles)).toEqual([[team], undefined, [team], undefined]);
    expect(asked).toEqual([stranger.id]);
  });

  it('asks nothing where no role was given anything', async () => {
    const { roles, asked, setPolicy } = world(() => [team]);
    setPolicy({});
    await roles.complete([of(stranger, '1')]);
    expect(asked).toEqual([]);
  });

  it('who is gone, and of whom the server says nothing, has none; who is not to be had now is not judged', async () => {
    expect((await world(() => undefined).roles.complete([of(stranger, '1')]))[0]?.author.roles).toEqual([]);
    const refusing = world(() => {
      throw new BridgeError('chat-forbidden', 'no', { happened: 'not-done' });
    });
    expect((await refusing.roles.complete([of(stranger, '1')]))[0]?.author.roles).toEqual([]);
    const away = world(() => {
      throw new BridgeError('chat-unavailable', 'later', { happened: 'unknown' });
    });
    await expect(away.roles.complete([of(stranger, '1')])).rejects.toThrow('later');
  });
});

describe('BX-09: what was missed', () => {
  it('is taken in by the roles that its author has when it is read, and an edit as well', async () => {
    const { chat, say, texts, connect, drop, comeBack, settle, setPolicy, clock } = catchUpWorld();
    setPolicy(byRole);
    await connect();
    await settle();
    say(channelOne, 'before', { author: { ...stranger, roles: [team] } });
    drop();
    await clock.advance(longMs);
    chat.roles.set(stranger.id, [team]);
    const missed = say(channelOne, 'with the role', { author: stranger });
    say(channelOne, 'of somebody without one', { author: { ...stranger, id: '667' } });
    comeBack();
    await settle();
    expect(texts(one)).toEqual(['before', 'with the role']);

    const edit = (text: string): void => chat.change(missed.messageId, text);
    edit('changed');
    await settle();
    expect(texts(one)).toEqual(['before', 'changed']);
    chat.roles.delete(stranger.id);
    edit('changed without the role');
    await settle();
    expect(texts(one)).toEqual(['before', 'changed']);
  });
});

describe('BX-06: an edit whose author is looked up', () => {
  /** A message that waits, and a server that says its author's roles when it is let. */
  async function waiting() {
    const looking = gate();
    const now = catchUpWorld({
      instead: {
        rolesOf: async () => {
          await looking.passed;
          return [team];
        },
      },
    });
    now.setPolicy(byRole);
    await now.connect();
    await now.settle();
    const said = now.say(channelOne, 'first form', { author: { ...stranger, roles: [team] } });
    const edit = (text: string, roles?: readonly string[]): void => {
      now.catchUp.onEdited({ ...said, text, author: { ...stranger, ...(roles ? { roles } : {}) } });
    };
    return { ...now, said, edit, looking };
  }

  it('is not overtaken by a later one', async () => {
    const { edit, looking, texts, settle } = await waiting();
    edit('second form');
    edit('third form', [team]);
    await settle();
    looking.open();
    await settle();
    expect(texts(one)).toEqual(['third form']);
  });

  it('changes nothing when the connection was lost meanwhile: the message is read as it is now', async () => {
    const { chat, edit, looking, said, texts, drop, comeBack, settle, clock } = await waiting();
    edit('second form');
    drop();
    await clock.advance(longMs);
    chat.change(said.messageId, 'third form');
    comeBack();
    looking.open();
    await settle();
    expect(texts(one)).toEqual(['third form']);
  });
});
