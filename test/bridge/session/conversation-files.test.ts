import { describe, expect, it } from 'vitest';

import { world } from '../support/conversation-world.ts';

const file = { id: 'a', name: 'a.png', size: 1_000, url: 'https://files.example/a' };

describe('MS-02: a message with files', () => {
  it('waits for its own files, and what came after it waits its turn', async () => {
    const { conversation, stores, folders, agent, queue, wake, delivered, state } = world();
    queue('a');
    stores.files.add('a', [file]);
    queue('b');
    await wake();
    expect(delivered()).toEqual([]);
    expect([state('a'), conversation.waitsFor('a'), conversation.waitsFor('b')]).toEqual([
      'queued',
      'its files',
      undefined,
    ]);
    folders.calls[0]?.arrive();
    await wake();
    expect(agent.delivered[0]?.text).toMatch(
      /^text of a\n\[attached image: .*FILE_1 \(original name "a\.png", 1000 B\)\]$/,
    );
  });

  it('I4: is looked for as it was given: with its files', async () => {
    const { stores, folders, agent, queue, wake, clock } = world();
    agent.beforeConfirm = () => {
      throw new TypeError('nobody knows');
    };
    queue('a');
    stores.files.add('a', [file]);
    await wake();
    folders.calls[0]?.arrive();
    await wake();
    await clock.advance(1_000);
    expect(agent.lookedFor).toEqual([agent.delivered[0]?.text]);
    expect(agent.lookedFor[0]).toContain('[attached image');
  });

  it('is given without a file that did not come', async () => {
    const { stores, folders, agent, queue, wake } = world();
    queue('a');
    stores.files.add('a', [file]);
    await wake();
    folders.calls[0]?.fail('file-refused');
    await wake();
    expect(agent.delivered[0]?.text).toBe(
      'text of a\n[attachment "a.png" could not be fetched: its server does not give it]',
    );
  });

  it('does not stop a turn before its files are there', async () => {
    const { stores, agent, present, queue, wake, conversation } = world();
    present.mode = 'interrupt';
    queue('a');
    stores.files.add('a', [file]);
    await wake();
    expect(agent.delivered).toEqual([]);
    expect(conversation.waitsFor('a')).toBe('its files');
    present.agent = undefined;
    await wake();
    expect(conversation.waitsFor('a')).toBe('its files');
  });
});
