import { describe, expect, it } from 'vitest';

import { Acts } from '../../src/bridge/acts.ts';
import { actWordsIn } from '../../src/bridge/words/acts.ts';
import type { ChatAct, ChatDeed } from '../../src/contracts/chat.ts';
import { channelOne, owner } from './support/messages.ts';
import { RecordingLog } from './support/recording-log.ts';

const words = actWordsIn('en');

function world() {
  const taken: string[] = [];
  const taker = (name: string) => ({
    act: ({ deed }: ChatAct) => {
      taken.push(`${name} ${deed.kind}`);
      return Promise.resolve({ kind: 'done' } as const);
    },
  });
  const acts = new Acts({
    takers: new Map([
      ['a:', taker('a')],
      ['b:', taker('b')],
    ]),
    commands: taker('commands'),
    words,
    log: new RecordingLog(),
  });
  const take = (deed: ChatDeed) =>
    acts.take({ id: '1', author: owner, channel: channelOne, parent: undefined, direct: false, deed });
  return { take, taken };
}

describe('what people do in the chat', () => {
  it('goes to whoever the control, the form or the command belongs to', async () => {
    const { take, taken } = world();
    await take({ kind: 'press', control: 'a:1', messageId: '2' });
    await take({ kind: 'choose', control: 'b:1:2', messageId: '2', values: [] });
    await take({ kind: 'submit', form: 'b:', fields: {} });
    await take({ kind: 'command', name: 'a', options: {} });
    await take({ kind: 'message-command', name: 'b', messageId: '2' });
    expect(taken).toEqual(['a press', 'b choose', 'b submit', 'commands command', 'commands message-command']);
  });

  it('that belongs to nobody is told in private', async () => {
    const { take, taken } = world();
    for (const control of ['', 'a', 'c:1', ':a:', 'A:1']) {
      expect(await take({ kind: 'press', control, messageId: '2' })).toEqual({
        kind: 'private',
        text: words.notUnderstood,
      });
    }
    expect(taken).toEqual([]);
  });
});
