import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startMessagesApi } from './messages-api.ts';
import type { MessagesApi } from './messages-api.ts';

type Content = string | readonly object[];

let api: MessagesApi;

beforeEach(async () => {
  api = await startMessagesApi();
});
afterEach(async () => {
  await api.close();
});

function post(...contents: readonly Content[]): Promise<Response> {
  const messages = contents.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
  return fetch(`${api.url}/v1/messages?beta=true`, {
    method: 'POST',
    body: JSON.stringify({ model: 'any', stream: true, messages: [...messages, { role: 'system', content: 'aside' }] }),
  });
}

/** The text, and the tools with their input, that an answer streams. */
async function answer(...contents: readonly Content[]): Promise<{ text: string; tools: readonly string[] }> {
  let text = '';
  const tools: string[] = [];
  for (const line of (await (await post(...contents)).text()).split('\n')) {
    if (!line.startsWith('data: ')) continue;
    const { content_block: block, delta } = JSON.parse(line.slice(6)) as {
      content_block?: { type: string; name: string };
      delta?: { text?: string; partial_json?: string };
    };
    if (block?.type === 'tool_use') tools.push(`${block.name} `);
    text += delta?.text ?? '';
    if (delta?.partial_json !== undefined) tools.push((tools.pop() ?? '') + delta.partial_json);
  }
  return { text, tools };
}

const call = [{ type: 'tool_use', id: 't1', name: 'Bash', input: {} }];

describe('the stand-in for the Messages API', () => {
  it('answers by the newest user text, without the header of the bridge', async () => {
    expect((await answer('[discord @bob session=1] say hello\nworld')).text).toBe('hello\nworld');
    expect((await answer('say no', 'no', '[cli session=1] echo what I said')).text).toBe('echo what I said');
    expect((await answer(`x ${'日'.repeat(100)}`)).text).toBe(`ok: x ${'日'.repeat(58)}`);
    expect(api.userTexts()[0]).toBe('[discord @bob session=1] say hello\nworld');
  });

  it('does not take what the agent inserts for a user text', async () => {
    const content = [
      { type: 'text', text: 'say hello' },
      { type: 'text', text: '<system-reminder>say nothing</system-reminder>' },
    ];
    expect((await answer(content)).text).toBe('hello');
  });

  it('calls tools, and ends the turn with what became of them', async () => {
    expect((await answer('bash ls -l')).tools).toEqual([
      'Bash {"command":"ls -l","description":"Runs what the test asked for"}',
    ]);
    const result = (content: string, is_error: boolean): Content => [
      { type: 'tool_result', tool_use_id: 't1', content, is_error },
    ];
    expect((await answer('bash ls', call, result('a.txt', false))).text).toBe('done: ok: a.txt');
    expect((await answer('bash ls', call, result('not today', true))).text).toBe('done: denied: not today');
    expect((await answer('bash ls', call, result('Exit code 2', true))).text).toBe('done: failed: Exit code 2');
    expect(api.requests().at(-1)).toMatchObject({ userText: 'bash ls', rounds: 1 });
  });

  it('edits only after reading', async () => {
    const read: Content = [{ type: 'tool_result', tool_use_id: 't1', content: 'old', is_error: false }];
    expect((await answer('edit /a')).tools[0]).toMatch(/^Read /);
    expect((await answer('edit /a', call, read)).tools[0]).toMatch(/^Edit /);
    expect((await answer('edit /a', call, read, call, read)).text).toBe('done: ok: old');
  });

  it('fails as it is told', async () => {
    expect((await post('err 529')).status).toBe(529);
    expect((await post('err-once 500')).status).toBe(500);
    expect((await answer('err-once 500')).text).toBe('fine after one error');
    await expect(post('drop').then((response) => response.text())).rejects.toThrow();
  });

  it('spreads a slow answer over its time', async () => {
    const start = performance.now();
    expect((await answer('slow 0.5')).text.split('\n')).toHaveLength(10);
    expect(performance.now() - start).toBeGreaterThan(450);
  });

  it('closes while an answer hangs', async () => {
    const hanging = post('hang').then((response) => response.text());
    const failed = expect(hanging).rejects.toThrow();
    await expect.poll(() => api.requests().length).toBe(1);
    await api.close();
    await failed;
    api = await startMessagesApi();
  });

  it('is found by a probe', async () => {
    expect((await fetch(api.url, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${api.url}/v1/other`, { method: 'POST' })).status).toBe(404);
  });
});
