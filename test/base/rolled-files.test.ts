import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { piecesOf } from '../../src/base/rolled-files.ts';

it('gives the pieces of a log in the order they were written, and nothing else', () => {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-rolled-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  mkdirSync(join(directory, 'session_1'));
  const order = ['session_1.2026-01-09.9.log', 'session_1.2026-01-09.10.log', 'session_1.2026-01-10.2.log'];
  const others = [
    'session_11.2026-01-10.1.log',
    'session_1.log',
    'session_1.2026-01-10.2.log.gz',
    'session_1.2026-01-10.02.log',
  ];
  for (const name of [...order.toReversed(), ...others]) writeFileSync(join(directory, 'session_1', name), '');
  writeFileSync(join(directory, 'session_2'), 'no folder');
  expect(piecesOf(directory, 'session_1', '2026-01-10').map(({ path }) => basename(path))).toEqual(order);
  // The clock was wrong on the 10th.
  expect(piecesOf(directory, 'session_1', '2026-01-09').map(({ path }) => basename(path))).toEqual([
    ...order.slice(2),
    ...order.slice(0, 2),
  ]);
  expect(piecesOf(directory, 'session_2', '2026-01-10')).toEqual([]);
  expect(piecesOf(directory, 'session_3', '2026-01-10')).toEqual([]);
});
