import { describe, expect, it } from 'vitest';

import { monitorWordsIn, throttleAsWords } from '../../../src/bridge/words/monitor.ts';
import type { Alert, AlertKind } from '../../../src/contracts/metrics.ts';
import { one } from '../support/messages.ts';

const megabyte = 1024 ** 2;

function alert(kind: AlertKind, change: Partial<Alert> = {}): Alert {
  return { kind, since: '2026-01-01T00:00:00.000Z', value: 530 * megabyte, limit: 512 * megabyte, ...change };
}

/** Every alert that there is, by name. */
const alerts: readonly (readonly [string, Alert])[] = [
  ['memory of a session', alert('memory', { session: one })],
  ['memory of the machine', alert('memory')],
  ['files of a session', alert('disk', { session: one })],
  ['disk of the machine', alert('disk')],
  ['response', alert('response', { session: one, value: 4200, limit: 3000 })],
  ['total memory', alert('total-memory', { value: 2.5 * 1024 * megabyte, limit: 2048 * megabyte })],
  ['throttled', alert('throttled', { session: one })],
];

for (const language of ['en', 'ja'] as const) {
  const words = monitorWordsIn(language);

  describe(`what is told of limits in ${language}`, () => {
    it.each(alerts)('%s: names the session, the value and the threshold', (name, one) => {
      const isSlow = one.kind === 'response';
      const seconds = language === 'ja' ? '秒' : 's';
      const value = isSlow ? `4.2 ${seconds}` : name.startsWith('total') ? '2.5 GB' : '530.0 MB';
      for (const text of [words.crossed(one), words.over(one)]) {
        expect(text).toContain(value);
        expect(text).not.toMatch(/undefined|NaN/);
        if (one.session !== undefined) expect(text).toMatch(/(Session|session|セッション) 1/);
      }
      expect(words.crossed(one)).toContain(
        isSlow ? `3.0 ${seconds}` : name.startsWith('total') ? '2.0 GB' : '512.0 MB',
      );
    });

    it('differs for each, and for the begin and the end', () => {
      const texts = alerts.flatMap(([, one]) => [words.crossed(one), words.over(one)]);
      expect(new Set(texts).size).toBe(2 * alerts.length);
    });

    it('says how a session whose messages wait is helped', () => {
      expect(words.crossed(alert('throttled', { session: one }))).toContain('`vai restart 1`');
    });
  });
}

it('a list says why messages wait', () => {
  expect(throttleAsWords(alert('throttled', { session: one }))).toBe(
    'new messages wait: it takes 530.0 MB of memory and may take 512.0 MB',
  );
});
