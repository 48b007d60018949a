import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { parseRequest } from './messages-api/request.ts';
import type { RecordedRequest } from './messages-api/request.ts';
import { chooseReply } from './messages-api/script.ts';
import { sendError, streamReply } from './messages-api/stream.ts';

export type { RecordedRequest, ToolResult } from './messages-api/request.ts';

export interface MessagesApi {
  /** For ANTHROPIC_BASE_URL. */
  readonly url: string;
  /** Every call of the Messages API so far, oldest first. */
  requests(): readonly RecordedRequest[];
  /** The newest user text of each request, exactly as received; a turn that runs tools repeats it. */
  userTexts(): readonly string[];
  /** Ends the server and every answer still under way. */
  close(): Promise<void>;
}

/**
 * A local stand-in for Anthropic's Messages API on a free loopback port, for running the real Claude Code CLI without
 * a network. Owns one HTTP server and the record of what it was asked; replies are chosen by the newest user text
 * (a header such as `[discord @bob session=1] ` is taken off first):
 *
 * - `say X`, `echo …` (the whole text), `markdown` (6 kB), `long N` (N lines), `thinking`, `slow S` (ten lines over
 *   S seconds), `maxtokens`, `refusal`
 * - `bash CMD`, `two tools`, `write PATH`, `read PATH`, `edit PATH` (reads, then replaces `old` by `new`), `ask`,
 *   `ask multi`, `ask three`, `plan`, `tool NAME JSON` (any tool), `task` (a subagent); after the results: `done: ok|denied|failed: <result>`
 * - `hang`, `drop`, `err N`, `err-once N`
 * - anything else: `ok: <first 60 characters>`
 */
export async function startMessagesApi(): Promise<MessagesApi> {
  const requests: RecordedRequest[] = [];
  const stopping = new AbortController();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    if (request.method !== 'POST') {
      response.writeHead(path === '/' ? 200 : 404).end();
      return;
    }
    if (path !== '/v1/messages') {
      sendError(response, 404);
      return;
    }
    const recorded = parseRequest(await readBody(request));
    const seen = requests.filter(({ userText }) => userText === recorded.userText).length;
    requests.push(recorded);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const signal = AbortSignal.any([stopping.signal, gone.signal]);
    await streamReply(response, chooseReply(recorded, seen), {
      model: recorded.model,
      id: String(requests.length).padStart(6, '0'),
      sleep: (ms) => sleep(ms, signal),
    });
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (response.destroyed || stopping.signal.aborted) return;
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in has no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    requests: () => [...requests],
    userTexts: () => requests.map(({ userText }) => userText),
    close: () =>
      new Promise((resolve) => {
        stopping.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new Error('the connection is gone'));
    });
  });
}
