import { expect, it } from 'vitest';

import { rest } from '../../conformance/conformance-target.ts';
import type { RunningServer } from '../running-server.ts';
import { runningServer } from '../running-server.ts';

/** The address of a file that the bot sent. */
async function send(running: RunningServer, file: { content: string; type: string; name: string }): Promise<string> {
  const form = new FormData();
  form.append('files[0]', new Blob([file.content], { type: file.type }), file.name);
  const { body } = await rest(running.target, 'POST', `/channels/${running.channelId}/messages`, form);
  return (body.attachments[0] as { url?: string }).url ?? '';
}

const film = { content: '0123456789', type: 'video/mp4', name: 'film.mp4' };

it.each([
  ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
  ['bytes=7-', 206, '789', 'bytes 7-9/10'],
  ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
  ['bytes=10-', 200, '0123456789', null],
  ['bytes=5-2', 200, '0123456789', null],
  ['bytes=-3', 200, '0123456789', null],
  ['lines=1-2', 200, '0123456789', null],
])('a player that jumps and asks for %s gets status %i', async (range, status, content, part) => {
  const answer = await fetch(await send(await runningServer(), film), { headers: { range } });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-range')).toBe(part);
  expect(await answer.text()).toBe(content);
});

it.each([
  ['film.mp4', 'video/mp4', 'video/mp4', 'inline'],
  ['sound.ogg', 'audio/ogg', 'audio/ogg', 'inline'],
  ['picture.png', 'image/png;x=y', 'image/png', 'inline'],
  ['page.html', 'text/html', 'application/octet-stream', 'attachment'],
  ['drawing.svg', 'image/svg+xml', 'application/octet-stream', 'attachment'],
  ['notes.txt', '', 'application/octet-stream', 'attachment'],
])('%s (%s) is served as %s, %s', async (name, type, served, disposition) => {
  const answer = await fetch(await send(await runningServer(), { content: 'x', type, name }));
  expect(answer.headers.get('content-type')).toBe(served);
  expect(answer.headers.get('content-disposition')).toMatch(new RegExp(`^${disposition};`));
});
