import { EventEmitter } from 'node:events';
import type { ReadStream, WriteStream } from 'node:tty';

import { expect, it } from 'vitest';

import { agentFiles } from '../../../src/agents/scripted/agent-files.ts';
import { openHistory } from '../../../src/agents/scripted/history.ts';
import { MailboxWriter } from '../../../src/agents/scripted/mailbox-writer.ts';
import { Permissions } from '../../../src/agents/scripted/permissions.ts';
import { PracticeAgent } from '../../../src/agents/scripted/practice-agent.ts';
import { readStateFile } from '../../../src/agents/scripted/program-events.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { temporaryDirectory } from '../../storage/temporary-directory.ts';

it('BX-05: what the practice agent tells stands in its state file already, for a driver that is started anew', async () => {
  const files = agentFiles(temporaryDirectory());
  const clock = new ManualClock();
  const history = openHistory({ path: files.history('a'), agentSession: 'a', resume: false })!;
  const told: string[] = [];
  class WatchedMailbox extends MailboxWriter {
    override leave(kind: string, event: Readonly<Record<string, unknown>>, id: string = this.newId(kind)): string {
      const state = readStateFile(files);
      const dialog = state?.dialog && (state.dialog.id === id ? ', with this dialog' : ', with another dialog');
      told.push(`${kind}: ${state?.status ?? 'no file'}${dialog ?? ''}`);
      return super.leave(kind, event, id);
    }
  }
  const input = Object.assign(new EventEmitter(), { setRawMode: () => undefined });
  const output = Object.assign(new EventEmitter(), { columns: 80, write: () => true });
  const agent = new PracticeAgent({
    agentSession: 'a',
    generation: 1,
    mailbox: new WatchedMailbox({ directory: files.mailbox, clock }),
    history,
    permissions: new Permissions(files.rules),
    stateFile: files.state,
    clock,
    input: input as object as ReadStream,
    output: output as object as WriteStream,
    environment: {},
    exit: (code) => {
      throw new Error(`it left with ${code}`);
    },
  });
  agent.start();
  input.emit('data', Buffer.from('ask\r'));
  await clock.advance(0);
  await clock.advance(200);
  input.emit('data', Buffer.from('y'));
  await clock.advance(0);
  expect(told).toEqual([
    'started: idle',
    'prompt: busy',
    'dialog: waiting, with this dialog',
    'dialog-closed: busy',
    'text: busy',
    'end: idle',
  ]);
});
