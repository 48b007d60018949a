import { describe, expect, it } from 'vitest';

import { wordsIn } from '../../src/bridge/words.ts';
import type { Words } from '../../src/bridge/words.ts';
import { channelOne, one } from './support/messages.ts';

/** Every text of the catalogue, each branch of it, by name. */
function everything(words: Words): ReadonlyMap<string, string> {
  return new Map([
    ['refusedNoOwner', words.refusedNoOwner()],
    ['refusedStranger', words.refusedStranger()],
    ['paired', words.paired()],
    ['refusedReader', words.refusedReader(true)],
    ['refusedReader elsewhere', words.refusedReader(false)],
    ['botLoop', words.botLoop(10)],
    ['noDefaultSession', words.noDefaultSession(one)],
    ['manyWaiting', words.manyWaiting(101)],
    ['editedTooLate', words.editedTooLate()],
    ['messagesHeld', words.messagesHeld({ count: 3, from: 0, to: 1, maxAgeMs: 21_600_000, session: one })],
    ['messagesHeld one', words.messagesHeld({ count: 1, from: 0, to: 0, maxAgeMs: 5_400_000, session: one })],
    ['messagesHeld all', words.messagesHeld({ count: 1, from: 0, to: 0, maxAgeMs: 0, session: one })],
    ['typedAtDesk', words.typedAtDesk('x')],
    ['sentFromShell', words.sentFromShell('x')],
    // The others: test/bridge/words/prompts.test.ts.
    ['prompts', words.prompts.loggedIn()],
    ['notice login', words.notice({ kind: 'needs-login' }, one)],
    ['notice trust', words.notice({ kind: 'needs-trust', workDir: '/srv' }, one)],
    ['notice desk', words.notice({ kind: 'needs-desk', what: 'a menu' }, one)],
    ['notice conversation lost', words.notice({ kind: 'conversation-lost' }, one)],
    ['notice retrying', words.notice({ kind: 'retrying', detail: 'attempt 2' }, one)],
    ['deliveryFailed', words.deliveryFailed('a reason')],
    ['deliveryUnconfirmed', words.deliveryUnconfirmed()],
    ['deliveryUnsure', words.deliveryUnsure()],
    ['takenBackAtDesk', words.takenBackAtDesk()],
    ['turnInterrupted', words.turnInterrupted()],
    ['turnFailed', words.turnFailed('a reason')],
    ['turnFailed without a reason', words.turnFailed(undefined)],
    ['turnRateLimited', words.turnRateLimited('a reason')],
    ['turnRateLimited without a reason', words.turnRateLimited(undefined)],
    ['partRefused', words.partRefused('a reason')],
    ['fileLeftBehind', words.fileLeftBehind('a.png', '/srv/a.png', 'too-large')],
    ['fileLeftBehind unreadable', words.fileLeftBehind('a.png', '/srv/a.png', 'unreadable')],
    ['fileLeftBehind refused', words.fileLeftBehind('a.png', '/srv/a.png', 'refused')],
    ['channelParked', words.channelParked(channelOne, 'chat-forbidden')],
    ['channelParked gone', words.channelParked(channelOne, 'chat-not-found')],
    ['turnLost', words.turnLost()],
    ['turnStopped', words.turnStopped()],
    ['turnEndedAtDesk', words.turnEndedAtDesk()],
    ['lifecycle turnRestarted', words.lifecycle.turnRestarted()],
    ['lifecycle sessionStopped', words.lifecycle.sessionStopped(one)],
    ['lifecycle messagesWaitForStart', words.lifecycle.messagesWaitForStart(one)],
    ['recovery wedged', words.recovery.wedged(one, 300_000, 'the last words')],
    ['recovery wedged blind', words.recovery.wedged(one, 12_000, '')],
    ['recovery deaf', words.recovery.deaf(one, 'the last words')],
    ['recovery helped', words.recovery.helped(one, 'nudge')],
    ['recovery helped by an interrupt', words.recovery.helped(one, 'interrupt')],
    ['recovery helped by a restart', words.recovery.helped(one, 'restart')],
    ['recovery closed', words.recovery.closed(one, 'a menu')],
    ['recovery gaveUp', words.recovery.gaveUp(one, 'the last words')],
    ['sessionEnded', words.sessionEnded(one)],
    ['messagesWait', words.messagesWait(one)],
    ['busyModeImpossible steer', words.busyModeImpossible('steer', 'scripted')],
    ['busyModeImpossible interrupt', words.busyModeImpossible('interrupt', 'scripted')],
    ['sessionLost', words.sessionLost(137, 2_000)],
    ['sessionLost without a code', words.sessionLost(undefined, 2_000)],
    ['sessionRestarted', words.sessionRestarted(one)],
    ['sessionGivenUp', words.sessionGivenUp(one, 'a reason')],
    ['sessionRemoved', words.sessionRemoved(one)],
    ['condition', words.condition('idle')],
    ['condition of a waiting one', words.condition('permission')],
    ['session', words.session(one)],
    ['shortened', words.shortened('abcdef', 3)],
  ]);
}

for (const language of ['en', 'ja'] as const) {
  const words = wordsIn(language);

  describe(`words in ${language}`, () => {
    it('are all there and none is empty or says "undefined"', () => {
      const texts = everything(words);
      expect(new Set([...texts.keys()].map((name) => name.split(' ')[0]))).toEqual(new Set(Object.keys(words)));
      for (const [name, text] of texts) {
        expect(text.trim(), name).not.toBe('');
        expect(text, name).not.toMatch(/undefined|NaN|\[object/);
      }
    });

    it('carry the values they are given', () => {
      const texts = everything(words);
      for (const [name, value] of [
        ['noDefaultSession', '1'],
        ['notice login', 'vai attach 1'],
        ['notice trust', '/srv'],
        ['notice desk', 'a menu'],
        ['notice retrying', 'attempt 2'],
        ['deliveryFailed', 'a reason'],
        ['turnFailed', 'a reason'],
        ['turnRateLimited', 'a reason'],
        ['partRefused', 'a reason'],
        ['fileLeftBehind', '/srv/a.png'],
        ['channelParked', channelOne],
        ['channelParked', 'vai outbox --retry'],
        ['sessionLost', '137'],
        ['sessionGivenUp', 'vai recover 1'],
        ['recovery wedged', 'the last words'],
        ['recovery gaveUp', 'vai recover 1'],
        ['recovery closed', 'a menu'],
        ['sessionRemoved', '1'],
        ['lifecycle sessionStopped', 'vai start 1'],
        ['lifecycle messagesWaitForStart', 'vai start 1'],
      ] as const) {
        expect(texts.get(name), name).toContain(value);
      }
    });

    it('shortens only what is too long, and never in the middle of a character', () => {
      expect(words.shortened('abc', 3)).toBe('abc');
      const cut = words.shortened('ab🎉cd', 3);
      expect(cut.startsWith('ab…')).toBe(true);
      expect(cut).toContain('6');
      expect(cut).not.toMatch(/[\ud800-\udfff](?![\udc00-\udfff])/);
    });
  });
}
