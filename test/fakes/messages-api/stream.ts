import type { ServerResponse } from 'node:http';

import type { Reply, ReplyBlock } from './script.ts';

const usage = { input_tokens: 12, output_tokens: 7, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

/** Sends one reply as the API's server-sent events. `sleep` rejects when the connection or the server is gone. */
export async function streamReply(
  response: ServerResponse,
  reply: Reply,
  options: { readonly model: string; readonly id: string; readonly sleep: (ms: number) => Promise<void> },
): Promise<void> {
  if (reply.kind === 'error') {
    sendError(response, reply.status);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = (type: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  };
  const head = { id: `msg_${options.id}`, type: 'message', role: 'assistant', model: options.model, content: [] };
  send('message_start', { message: { ...head, stop_reason: null, stop_sequence: null, usage } });
  if (reply.kind === 'drop') {
    response.flushHeaders();
    await options.sleep(20);
    response.destroy();
    return;
  }
  if (reply.kind === 'hang') return;
  for (const [index, block] of reply.blocks.entries()) {
    send('content_block_start', { index, content_block: emptyBlock(block, `${options.id}_${index}`) });
    const deltas = deltasOf(block, reply.overMs > 0);
    for (const delta of deltas) {
      if (reply.overMs > 0) await options.sleep(reply.overMs / deltas.length);
      send('content_block_delta', { index, delta });
    }
    send('content_block_stop', { index });
  }
  send('message_delta', { delta: { stop_reason: reply.stopReason, stop_sequence: null }, usage });
  send('message_stop');
  response.end();
}

/** Sends an error as the API words it. */
export function sendError(response: ServerResponse, status: number): void {
  const types: Readonly<Record<number, string>> = {
    400: 'invalid_request_error',
    401: 'authentication_error',
    403: 'permission_error',
    404: 'not_found_error',
    413: 'request_too_large',
    429: 'rate_limit_error',
    529: 'overloaded_error',
  };
  const error = { type: types[status] ?? 'api_error', message: `stand-in error ${status}` };
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ type: 'error', error }));
}

function emptyBlock(block: ReplyBlock, id: string): Readonly<Record<string, unknown>> {
  switch (block.kind) {
    case 'text':
      return { type: 'text', text: '' };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool':
      return { type: 'tool_use', id: `toolu_${id}`, name: block.name, input: {} };
  }
}

function deltasOf(block: ReplyBlock, slowly: boolean): readonly Readonly<Record<string, unknown>>[] {
  switch (block.kind) {
    case 'text':
      return (slowly ? block.text.split(/(?<=\n)/) : pieces(block.text)).map((text) => ({ type: 'text_delta', text }));
    case 'thinking':
      return [
        { type: 'thinking_delta', thinking: block.text },
        { type: 'signature_delta', signature: 'c3RhbmQtaW4=' },
      ];
    case 'tool':
      return pieces(JSON.stringify(block.input)).map((json) => ({ type: 'input_json_delta', partial_json: json }));
  }
}

/** Pieces of at most 400 characters that never cut a code point. */
function pieces(text: string): readonly string[] {
  return text.match(/.{1,400}/gsu) ?? [];
}
