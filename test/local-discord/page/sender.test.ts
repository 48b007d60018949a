import { beforeEach, describe, expect, it } from 'vitest';

import type { Body } from '../../../src/local-discord/page/connection/rest.ts';
import { Rest } from '../../../src/local-discord/page/connection/rest.ts';
import { Sender } from '../../../src/local-discord/page/sender.ts';
import type { Action, ChatState } from '../../../src/local-discord/page/state/chat-state.ts';
import { conversationOf, initialState } from '../../../src/local-discord/page/state/chat-state.ts';
import { reduce } from '../../../src/local-discord/page/state/reduce.ts';
import { Store } from '../../../src/local-discord/page/state/store.ts';
import { english } from '../../../src/local-discord/page/words/english.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { message, owner } from './messages.ts';

describe('sending', () => {
  let clock: ManualClock;
  let store: Store<ChatState, Action>;
  let sender: Sender;
  let bodies: Body[];
  let answer: () => Promise<{ status: number; text: string }>;

  const contents = (): unknown[] =>
    bodies.map((body) => ('json' in body ? (body.json as { content: string }).content : body.form.get('payload_json')));
  const write = (content: string, files: File[] = []): void => sender.write({ channel: '100', content, files });
  const shown = (): string[] => conversationOf(store.state, '100').messages.map(({ content }) => content);

  beforeEach(() => {
    clock = new ManualClock();
    store = new Store(initialState, reduce);
    bodies = [];
    let id = 0;
    let nonce = 0;
    answer = () => {
      id += 1;
      const body = bodies.at(-1)!;
      const { content } = 'json' in body ? (body.json as { content: string }) : { content: 'with files' };
      return Promise.resolve({ status: 200, text: JSON.stringify(message(String(id), { content, author: owner })) });
    };
    const rest = new Rest({
      token: 't',
      clock,
      carry: ({ body }) => {
        if (body) bodies.push(body);
        return answer();
      },
    });
    sender = new Sender({ store, rest, clock, words: english, newNonce: () => `n${String((nonce += 1))}` });
    sender.start();
    store.dispatch({ kind: 'connection', connection: 'ready' });
  });

  it('sends with a nonce that makes repeating it harmless', async () => {
    write('hello');
    await clock.advance(0);
    expect(bodies[0]).toMatchObject({ json: { content: 'hello', nonce: 'n1', enforce_nonce: true } });
    expect(store.state.outbox).toEqual([]);
    expect(shown()).toEqual(['hello']);
  });

  it('keeps the order while there is no connection', async () => {
    store.dispatch({ kind: 'connection', connection: 'lost' });
    for (const text of ['one', 'two', 'three']) write(text);
    await clock.advance(5000);
    expect(bodies).toEqual([]);
    store.dispatch({ kind: 'connection', connection: 'ready' });
    await clock.advance(0);
    expect(contents()).toEqual(['one', 'two', 'three']);
    expect(shown()).toEqual(['one', 'two', 'three']);
  });

  it('sends each message once when several channels wait for the connection', async () => {
    store.dispatch({ kind: 'connection', connection: 'lost' });
    for (const channel of ['100', '200', '300']) sender.write({ channel, content: channel, files: [] });
    store.dispatch({ kind: 'connection', connection: 'ready' });
    await clock.advance(0);
    expect(contents().toSorted()).toEqual(['100', '200', '300']);
  });

  it('sends again what got lost on the way, with the same nonce, before what comes after', async () => {
    const working = answer;
    answer = () => Promise.reject(new Error('no connection'));
    write('one');
    write('two');
    await clock.advance(0);
    answer = working;
    await clock.advance(1000);
    expect(contents()).toEqual(['one', 'one', 'two']);
    expect(bodies[1]).toMatchObject({ json: { nonce: 'n1' } });
  });

  it('keeps what was refused, with the server’s words, until it is tried again', async () => {
    const working = answer;
    answer = () => Promise.resolve({ status: 400, text: '{"message":"Cannot send an empty message"}' });
    write('one');
    await clock.advance(0);
    expect(store.state.outbox).toMatchObject([{ status: 'failed', failure: 'Cannot send an empty message' }]);
    answer = working;
    store.dispatch({ kind: 'retry', nonce: 'n1' });
    await clock.advance(0);
    expect(store.state.outbox).toEqual([]);
  });

  it('does not try for ever to send a file that has changed since it was chosen', async () => {
    const changed = new File(['a'], 'log.txt');
    changed.slice = () => Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(new Error('NotReadable')) });
    const working = answer;
    answer = () => Promise.reject(new Error('no connection'));
    write('see', [changed]);
    write('next');
    await clock.advance(0);
    answer = working;
    await clock.advance(5000);
    expect(store.state.outbox).toMatchObject([{ status: 'failed', failure: english.fileChanged('log.txt') }]);
    expect(shown()).toEqual(['next']);
  });

  it('sends files beside the text', async () => {
    write('see', [new File(['a'], 'a.txt'), new File(['b'], 'b.txt')]);
    await clock.advance(0);
    const body = bodies[0]!;
    if (!('form' in body)) throw new Error('it was not sent as a form');
    expect([...body.form.keys()]).toEqual(['payload_json', 'files[0]', 'files[1]']);
    expect(JSON.parse(body.form.get('payload_json') as string)).toMatchObject({
      content: 'see',
      attachments: [
        { id: '0', filename: 'a.txt' },
        { id: '1', filename: 'b.txt' },
      ],
    });
  });
});
