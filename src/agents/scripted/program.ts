import { parseArgs } from 'node:util';

import { systemClock } from '../../base/clock.ts';
import { agentFiles } from './agent-files.ts';
import { openHistory } from './history.ts';
import { MailboxWriter } from './mailbox-writer.ts';
import { Permissions } from './permissions.ts';
import { PracticeAgent } from './practice-agent.ts';

/** Entry of the practice agent's process. Its imports are few, so that it starts in some ten milliseconds. */
const { values } = parseArgs({
  options: {
    directory: { type: 'string' },
    session: { type: 'string' },
    generation: { type: 'string' },
    resume: { type: 'boolean', default: false },
  },
});

const { directory, session: agentSession, generation = '1', resume } = values;
if (directory === undefined || agentSession === undefined) {
  console.error('The practice agent is started by the bridge: it needs --directory and --session.');
  process.exit(2);
}
if (!process.stdin.isTTY || !process.stdout.isTTY) {
  console.error('The practice agent needs a terminal.');
  process.exit(2);
}

const files = agentFiles(directory);
const history = openHistory({ path: files.history(agentSession), agentSession, resume });
if (!history) {
  console.error(`There is ${resume ? 'no' : 'already a'} conversation ${agentSession}.`);
  process.exit(1);
}

const agent = new PracticeAgent({
  agentSession,
  generation: Number(generation),
  mailbox: new MailboxWriter({ directory: files.mailbox, clock: systemClock }),
  history,
  permissions: new Permissions(files.rules),
  stateFile: files.state,
  clock: systemClock,
  input: process.stdin,
  output: process.stdout,
  environment: process.env,
  exit: (code) => process.exit(code),
});
for (const [signal, number] of [
  ['SIGHUP', 1],
  ['SIGTERM', 15],
] as const) {
  process.on(signal, () => agent.leave(128 + number));
}
agent.start();
