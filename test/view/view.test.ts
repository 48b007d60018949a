import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import type { BridgeStatus } from '../../src/contracts/bridge-api.ts';
import { showView } from '../../src/view/view.ts';
import { eventually } from '../eventually.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';

/** A tmux that writes down what it is told, and takes for the start of its server as long as the test lets it. */
function heldTmux(directory: string, howItStarts: string) {
  const programs = join(directory, 'bin');
  mkdirSync(programs);
  const [told, asked, go] = ['told', 'asked', 'go'].map((name) => join(directory, name)) as [string, string, string];
  const lines = [
    '#!/bin/sh',
    `echo "$*" >>'${told}'`,
    'case "$*" in',
    '-V) echo "tmux 3.4" ;;',
    `*start-server*) : >'${asked}'; while [ ! -e '${go}' ]; do sleep 0.02; done; ${howItStarts} ;;`,
    '*display-message*) echo "80 24" ;;',
    'esac',
  ];
  writeFileSync(join(programs, 'tmux'), `${lines.join('\n')}\n`, { mode: 0o755 });
  return {
    path: `${programs}:${process.env['PATH'] ?? ''}`,
    isStarting: () => existsSync(asked),
    goOn: () => writeFileSync(go, ''),
    told: () => readFileSync(told, 'utf8'),
  };
}

it.each([
  ['and then starts it', 'exit 0'],
  ['and cannot start it any more', 'exit 1'],
])(
  'MS-06: a view that is to end while tmux starts its server %s shows nothing, and ends',
  async (_how, howItStarts) => {
    const directory = temporaryDirectory();
    const tmux = heldTmux(directory, howItStarts);
    const bridge = { tmuxSocket: join(directory, 'tmux.sock'), sessions: [] } as unknown as BridgeStatus;
    const shown = showView(bridge, {
      clock: systemClock,
      environment: { PATH: tmux.path },
      size: { columns: 80, rows: 24 },
      only: undefined,
      status: () => Promise.resolve(bridge),
    });
    await eventually(() => expect(tmux.isStarting()).toBe(true));
    process.emit('SIGTERM', 'SIGTERM');
    tmux.goOn();
    expect(await shown).toBe(143);
    expect(tmux.told()).not.toContain('attach-session -t =view');
    expect(tmux.told().trimEnd().split('\n').at(-1)).toContain('kill-server');
  },
);
