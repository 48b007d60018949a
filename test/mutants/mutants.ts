import { fileMutants } from './file-mutants.ts';
import { lifecycleMutants } from './lifecycle-mutants.ts';
import { logMutants } from './log-mutants.ts';
import { monitorMutants } from './monitor-mutants.ts';
import type { Mutant } from './mutant.ts';
import { promptMutants } from './prompt-mutants.ts';
import { recoveryMutants } from './recovery-mutants.ts';
import { stateMutants } from './state-mutants.ts';

/** Every mistake that the tests must notice. */
export const mutants: readonly Mutant[] = [
  {
    name: 'drop-the-nonce',
    breaks: 'a text whose sending was not confirmed is posted twice',
    changes: [{ file: 'src/discord/send.ts', find: 'enforce_nonce: true', replace: 'enforce_nonce: false' }],
    killers: [
      { file: 'test/discord/send.test.ts' },
      { file: 'test/e2e/fail-points/outbox.test.ts', only: 'outbox:posted:before' },
    ],
  },
  {
    name: 'another-nonce-each-time',
    breaks: 'a text whose sending was not confirmed is posted twice',
    changes: [
      {
        file: 'src/bridge/outbound/text-sender.ts',
        find: 'nonce: shortHash(`${key}:${index}`, nonceLength)',
        replace: 'nonce: shortHash(`${key}:${index}:${clock.now()}`, nonceLength)',
      },
    ],
    killers: [{ file: 'test/e2e/fail-points/outbox.test.ts', only: 'outbox:posted:before' }],
  },
  {
    name: 'trust-the-nonce-for-ever',
    breaks: 'a text that went out long ago is posted again when the server has forgotten its nonce',
    changes: [
      {
        file: 'src/bridge/outbound/maybe-sent.ts',
        find: 'return isRecent ? undefined : triedAt - clockSkewMs;',
        replace: 'return isRecent || triedAt > 0 ? undefined : triedAt - clockSkewMs;',
      },
    ],
    killers: [{ file: 'test/bridge/outbound/maybe-sent.test.ts' }],
  },
  {
    name: 'no-plan-before-the-first-part',
    breaks: 'after a crash nobody knows which part of a long text is out',
    changes: [
      {
        file: 'src/storage/outbox.ts',
        find: "this.#database.run('UPDATE outbox SET parts = ?, tried_at = ? WHERE key = ?', JSON.stringify(parts), at, key)",
        replace:
          "this.#database.run('UPDATE outbox SET parts = NULL WHERE key = ?', JSON.stringify(parts) && at ? key : key)",
      },
    ],
    killers: [{ file: 'test/storage/outbox.test.ts' }, { file: 'test/bridge/outbound/delivery.test.ts' }],
  },
  {
    name: 'acknowledge-before-the-write',
    breaks: 'what an agent told is forgotten before it is on disk, and lost in a crash',
    changes: [
      {
        file: 'src/agents/scripted/event-feed.ts',
        find: `      this.#take(event);
      this.#options.listener.flush();
      this.#refused = undefined;
      if (!this.#options.keeps(event)) this.#options.mailbox.remove([event.id]);
`,
        replace: `      if (!this.#options.keeps(event)) this.#options.mailbox.remove([event.id]);
      this.#take(event);
      this.#options.listener.flush();
      this.#refused = undefined;
`,
      },
    ],
    killers: [
      { file: 'test/agents/scripted/driver.test.ts' },
      { file: 'test/e2e/fail-points/turn.test.ts', only: 'turn:end:before' },
    ],
  },
  {
    name: 'tell-before-the-write',
    breaks: 'a session hears of a message that is not on disk yet, and perhaps never will be',
    changes: [
      {
        file: 'src/bridge/inbound/intake.ts',
        find: '    after.sessions.add(session);\n',
        replace: '    this.#options.onStored(session);\n',
      },
    ],
    killers: [{ file: 'test/bridge/inbound/intake-watermark.test.ts' }],
  },
  {
    name: 'cursor-outside-the-transaction',
    breaks: 'the mark of a channel moves over messages that are not stored: a crash loses them',
    changes: [
      {
        file: 'src/bridge/inbound/intake.ts',
        find: '    stores.unflushed(() => {\n      for (const message of messages)',
        replace: `    if (range) stores.channels.advance(range.channel, range.upTo, range.parent);
    for (const { channel, messageId, parent } of messages) stores.channels.advance(channel, messageId, parent);
    stores.unflushed(() => {
      for (const message of messages)`,
      },
    ],
    killers: [{ file: 'test/bridge/inbound/intake-watermark.test.ts' }],
  },
  {
    name: 'events-in-pieces',
    breaks: 'of what an agent told only a part is on disk after a crash, and the rest is never made up for',
    changes: [
      {
        file: 'src/bridge/replies/reply-collector.ts',
        find: '    stores[how](action);',
        replace: '    action();',
      },
    ],
    killers: [{ file: 'test/e2e/fail-points/turn.test.ts', only: 'turn:end:after' }],
  },
  {
    name: 'type-before-the-flush',
    breaks: 'after a power cut nobody knows that an agent may have a message, and it is typed again (I4)',
    changes: [
      {
        file: 'src/bridge/session/conversation.ts',
        find: '      await stores.flushed();\n',
        replace: '      await Promise.resolve();\n',
      },
    ],
    killers: [{ file: 'test/bridge/session/conversation.test.ts' }],
  },
  {
    name: 'forget-before-the-flush',
    breaks: 'what an agent told is forgotten before it is on the disk, and lost in a power cut',
    changes: [
      { file: 'src/agents/claude-code/teller.ts', find: '      this.#options.listener.flush();\n', replace: '' },
      { file: 'src/agents/scripted/event-feed.ts', find: '      this.#options.listener.flush();\n', replace: '' },
    ],
    killers: [{ file: 'test/agents/claude-code/teller.test.ts' }, { file: 'test/agents/scripted/event-feed.test.ts' }],
  },
  {
    name: 'post-before-the-flush',
    breaks: 'a channel is told of what a power cut may undo, and is told again after it',
    changes: [
      {
        file: 'src/bridge/outbound/text-sender.ts',
        find: '    await stores.flushed();\n',
        replace: '',
      },
    ],
    killers: [{ file: 'test/bridge/outbound/delivery.test.ts' }],
  },
  {
    name: 'skip-the-lookup',
    breaks: 'a message of which nobody knows whether the agent has it is typed again (I4)',
    changes: [
      {
        file: 'src/storage/inbox.ts',
        find: "for (const row of rows) this.move(textOf(row, 'id'), 'uncertain', at);",
        replace:
          "for (const row of rows) this.move(textOf(row, 'id'), from === 'sending' ? 'queued' : 'uncertain', at);",
      },
    ],
    killers: [
      { file: 'test/storage/inbox.test.ts' },
      { file: 'test/e2e/fail-points/inbox.test.ts', only: 'inbox:uncertain>steered:before' },
    ],
  },
  {
    name: 'trust-without-asking',
    breaks:
      'a message of which nobody knows whether the agent has it is typed again, and the agent is not even asked (I4)',
    changes: [
      {
        file: 'src/bridge/session/look-up.ts',
        find: "turn === undefined ? await this.#ask(agent, message) : { delivered: 'yes', turn };",
        replace:
          "turn === undefined ? await Promise.resolve<Delivered>({ delivered: 'no' }) : { delivered: 'yes', turn };",
      },
    ],
    killers: [
      { file: 'test/bridge/session/conversation.test.ts' },
      { file: 'test/e2e/fail-points/inbox.test.ts', only: 'inbox:uncertain>steered:before' },
    ],
  },
  {
    name: 'forget-the-uncertain',
    breaks: 'what was being sent when the daemon died is never looked up, and waits for ever',
    changes: [
      {
        file: 'src/storage/inbox.ts',
        find: "for (const row of rows) this.move(textOf(row, 'id'), 'uncertain', at);",
        replace: "for (const row of from === 'sending' ? [] : rows) this.move(textOf(row, 'id'), 'uncertain', at);",
      },
    ],
    killers: [{ file: 'test/e2e/fail-points/inbox.test.ts', only: 'inbox:queued>sending:after' }],
  },
  {
    name: 'forget-the-archived-threads',
    breaks: 'what was said in a thread that sleeps by now is never read',
    changes: [
      {
        file: 'src/discord/history.ts',
        find: "threads.push(...((await this.#archived(channel, 'public', since)) ?? []));",
        replace: '',
      },
    ],
    killers: [{ file: 'test/e2e/catch-up.test.ts', only: 'a thread that sleeps' }],
  },
  {
    name: 'sessions-before-catch-up',
    breaks: 'a message that its author changed or took back meanwhile is run as it was',
    changes: [
      {
        file: 'src/compose/start-daemon.ts',
        find: 'await Promise.race([catchUp.settled(), ',
        replace: 'await Promise.race([Promise.resolve(), ',
      },
    ],
    killers: [{ file: 'test/e2e/fail-points/inbox.test.ts', only: 'inbox:edit:before' }],
  },
  {
    name: 'run-what-is-too-old',
    breaks: 'a message of days ago is run when the bridge comes back',
    changes: [
      {
        file: 'src/bridge/inbound/intake.ts',
        find: 'const isTooOld = heldBefore !== undefined && message.sentAt < heldBefore;',
        replace: 'const isTooOld = heldBefore !== undefined && message.sentAt < 0;',
      },
    ],
    killers: [{ file: 'test/bridge/catch-up/catch-up.test.ts' }],
  },
  {
    name: 'edit-after-delivery',
    breaks: 'the record of what an agent was told changes afterwards',
    changes: [
      {
        file: 'src/storage/inbox.ts',
        find: "const isWaiting = message?.state === 'queued' || message?.state === 'held';",
        replace: 'const isWaiting = message !== undefined;',
      },
    ],
    killers: [{ file: 'test/storage/inbox.test.ts' }],
  },
  {
    name: 'answered-before-the-answer',
    breaks: 'a message is marked as answered although its answer is not in the channel yet',
    changes: [
      {
        file: 'src/bridge/replies/channel-voice.ts',
        find: "const last = reaction === 'answered' ? outbox.tail(message.channel, 'text') : undefined;",
        replace: 'const last = undefined as ReturnType<typeof outbox.tail>;',
      },
    ],
    killers: [{ file: 'test/bridge/replies/reply-collector.test.ts' }],
  },
  {
    name: 'forget-the-agents-queue',
    breaks: "what lay in a dead agent's own queue is lost",
    changes: [
      {
        file: 'src/bridge/replies/reply-collector.ts',
        find: "      stores.inbox.markUncertain('steered', clock.now(), session);\n",
        replace: '',
      },
      {
        file: 'src/bridge/session/agent-queue.ts',
        find: "const count = stores.inbox.markUncertain('steered', clock.now(), session);",
        replace: 'const count = 0 * clock.now();',
      },
    ],
    killers: [{ file: 'test/e2e/fail-points/inbox.test.ts', only: 'inbox:steered>uncertain:before' }],
  },
  {
    name: 'never-rest',
    breaks: 'a chat server that is down is asked without a pause',
    changes: [
      {
        file: 'src/bridge/outbound/delivery.ts',
        find: 'await clock.sleep(backoffDelay(tries, retryBackoff), wake).catch(() => undefined);',
        replace:
          'await clock.sleep(backoffDelay(tries, { ...retryBackoff, firstMs: 1, maxMs: 1 }), wake).catch(() => undefined);',
      },
    ],
    killers: [{ file: 'test/bridge/outbound/delivery.test.ts' }],
  },
  {
    name: 'give-up-a-closed-channel',
    breaks: 'what is for a channel that refuses the bot is thrown away',
    changes: [
      {
        file: 'src/bridge/outbound/delivery.ts',
        find: "const parked = kind === 'text' ? parkingCode(error) : undefined;",
        replace: "const parked = kind === 'edit' ? parkingCode(error) : undefined;",
      },
    ],
    killers: [
      { file: 'test/bridge/outbound/parking.test.ts' },
      { file: 'test/e2e/fail-points/outbox.test.ts', only: 'outbox:park:after' },
    ],
  },
  ...promptMutants,
  ...lifecycleMutants,
  ...fileMutants,
  ...recoveryMutants,
  ...monitorMutants,
  ...logMutants,
  ...stateMutants,
];
