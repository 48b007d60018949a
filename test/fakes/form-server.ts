import { createInterface } from 'node:readline';

/**
 * A small MCP server on standard input and output, for tests with a real agent. Its tool `book` asks the person for a form
 * (elicitation) before it answers, with the message and the schema of its arguments `message` and `schema`; its result is
 * what the client sent back, as JSON. Run it with node.
 */
interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly protocolVersion?: string; readonly arguments?: Record<string, unknown> };
  readonly result?: unknown;
  readonly error?: unknown;
}

const usualSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', title: 'Your name', description: 'As on the parcel' },
    boxes: { type: 'integer', minimum: 1, maximum: 9 },
    fragile: { type: 'boolean', default: false },
    size: { type: 'string', enum: ['small', 'large'], enumNames: ['A small one', 'A large one'] },
  },
  required: ['name', 'size'],
};

const tool = {
  name: 'book',
  description: 'Books a parcel; asks for what it needs.',
  inputSchema: { type: 'object', properties: { message: { type: 'string' }, schema: { type: 'object' } } },
};

let asked = 0;
/** Tool calls that wait for a form, by the id of the request for it. */
const waiting = new Map<string, Message['id']>();

function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

function handle({ id, method, params, result, error }: Message): void {
  switch (method) {
    case 'initialize':
      send({
        id,
        result: {
          protocolVersion: params?.protocolVersion ?? '2025-06-18',
          capabilities: { tools: {} },
          serverInfo: { name: 'forms', version: '1.0.0' },
        },
      });
      return;
    case 'tools/list':
      send({ id, result: { tools: [tool] } });
      return;
    case 'tools/call': {
      const { message = 'Where should the parcel go?', schema = usualSchema, ...more } = params?.arguments ?? {};
      const request = `form-${++asked}`;
      waiting.set(request, id);
      send({ id: request, method: 'elicitation/create', params: { message, requestedSchema: schema, ...more } });
      return;
    }
    case 'ping':
      send({ id, result: {} });
      return;
    case undefined: {
      const call = waiting.get(String(id));
      if (call === undefined) return;
      waiting.delete(String(id));
      send({ id: call, result: { content: [{ type: 'text', text: JSON.stringify(result ?? error) }] } });
      return;
    }
    default:
      if (id !== undefined) send({ id, error: { code: -32601, message: `no method ${method}` } });
  }
}

createInterface({ input: process.stdin }).on('line', (line) => handle(JSON.parse(line) as Message));
