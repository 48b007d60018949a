import { rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Transition } from '../../../src/model/transitions.ts';
import { answered } from './ledger.ts';
import type { Fate } from './ledger.ts';
import type { Scenario } from './scenario.ts';

const picture = { name: 'photo.png', bytes: '\u0089PNG' } as const;
const pasted = { name: 'message.txt', bytes: 'a long text' } as const;

/** The agent reads where the file lies; it says so, and nothing else is said. */
function withFile(text: string): Fate {
  const line = String.raw`\[attached file: \S+/attachments/session_1/FILE_\d{8}_\d{6}_[0-9a-f]{6}\.\w+ \(original name "photo\.png", \d+ B\)\]`;
  return { ...answered(text, new RegExp(`^You said: ${text}\n${line}$`)), reads: new RegExp(`^${text}\n${line}$`) };
}

/** The agent reads that the file did not come, and its sender hears it as well. */
function withoutFile(text: string): Fate {
  const reads = `${text}\n[attachment "photo.png" could not be fetched: its server does not give it]`;
  return answered(reads, /did not reach the agent/, `You said: ${reads}`);
}

export const fileScenarios: Readonly<Record<Extract<Transition, `file:${string}`>, Scenario>> = {
  'file:new': {
    act: (stage) => stage.sayWithFile(1, 'look', picture, withFile('look')),
  },
  'file:waiting>stored': {
    act: (stage) => stage.sayWithFile(1, 'look', picture, withFile('look')),
  },
  'file:waiting>read': {
    act: (stage) => stage.sayWithFile(1, 'so:', pasted, answered('so:\na long text')),
  },
  'file:waiting>failed': {
    act: (stage) => {
      stage.faults.failRequests({ path: /^\/attachments\//, times: Infinity }, { status: 400 });
      return stage.sayWithFile(1, 'look', picture, withoutFile('look'));
    },
  },
  'file:stored>waiting': {
    past: (stage) =>
      stage
        .crashWhen(async () => {
          const busy = await stage.say(1, 'busy 10', answered('busy 10', 'Was busy for 10 s.'));
          await stage.reacts(busy, 'delivered');
          await stage.sayWithFile(1, 'look', picture, withFile('look'));
          await stage.fileIs('stored');
        })
        .then(() => {
          rmSync(join(stage.bridge.paths.attachments, 'session_1'), { recursive: true });
        }),
  },
};
