import { BridgeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { BridgeApi } from '../contracts/bridge-api.ts';
import type { Actor } from '../model/access.ts';
import { requestSchema } from './protocol.ts';
import type { Request, Response, WireError } from './protocol.ts';

/** Answers one line of the control protocol. Never throws: whatever goes wrong becomes a response. */
export async function answerLine(line: string, api: BridgeApi, log: Log): Promise<Response> {
  const value = parseJson(line);
  const request = requestSchema.safeParse(value);
  if (!request.success) {
    const [issue] = request.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? 'the line' : issue.path.join('.');
    log.warn({ where }, 'refused a control request that does not follow the protocol');
    return refused(requestId(value), {
      code: 'bad-request',
      message: `This request does not follow the protocol (${where}: ${issue?.message ?? 'not JSON'}).`,
      advice: 'Use vai or dp of the same version as the running bridge.',
      happened: 'not-done',
    });
  }
  try {
    const result = await perform(request.data, actorOf(request.data, api), api);
    return { id: request.data.id, ok: true, result: result ?? null };
  } catch (error) {
    return refused(request.data.id, describe(error, request.data.method, log));
  }
}

/** The response to a line that could not be followed to its end. */
export function tooLong(maxBytes: number): Response {
  return refused(null, {
    code: 'text-too-long',
    message: `A request has at most ${maxBytes} bytes.`,
    advice: 'Send the text in smaller pieces.',
    happened: 'not-done',
  });
}

/** A token, valid or not, never gives more than its own session: without one, it is the person at the machine. */
function actorOf(request: Request, api: BridgeApi): Actor {
  if (request.token === undefined) return { kind: 'local' };
  const actor = api.paneActor(request.token);
  if (actor !== undefined) return actor;
  throw new BridgeError('token-invalid', "This terminal's session token is not valid (any more).", {
    advice: 'The session was restarted or removed; use a shell outside of it.',
  });
}

async function perform(request: Request, actor: Actor, api: BridgeApi): Promise<unknown> {
  switch (request.method) {
    case 'status':
      return api.status(actor);
    case 'listSessions':
      return api.listSessions(actor);
    case 'addSession':
      return api.addSession(actor, request.params);
    case 'removeSession':
      return api.removeSession(actor, request.params.session);
    case 'recover':
      return api.recover(actor, request.params.session);
    case 'startSessions':
      return api.startSessions(actor, request.params.sessions);
    case 'stopSessions':
      return api.stopSessions(actor, request.params.sessions);
    case 'restartSession':
      return api.restartSession(actor, request.params.session, { whenIdle: request.params.whenIdle });
    case 'send':
      return api.send(actor, request.params.session, request.params.text);
    case 'post':
      return api.post(actor, request.params.target, request.params.text, request.params.files);
    case 'outbox':
      return api.outbox(actor);
    case 'retryOutbox':
      return api.retryOutbox(actor, request.params.channel);
    case 'dropOutbox':
      return api.dropOutbox(actor, request.params.key);
    case 'prompts':
      return api.prompts(actor);
    case 'answer':
      return api.answer(actor, request.params.prompt, request.params.answer);
    case 'catchUp':
      return api.catchUp(actor, request.params.session, request.params.decision);
    case 'queue':
      return api.queue(actor, request.params.session);
    case 'withdraw':
      return api.withdraw(actor, request.params.session, request.params.message);
    case 'setBusyMode':
      return api.setBusyMode(actor, request.params.session, request.params.mode);
    case 'interrupt':
      return api.interrupt(actor, request.params.session);
    case 'trace':
      return api.trace(actor, request.params.message);
    case 'metrics':
      return api.metrics(actor);
    case 'pair':
      return api.pair(actor);
    case 'access':
      return api.access(actor);
    case 'grantAccess':
      return api.grantAccess(actor, request.params);
    case 'revokeAccess':
      return api.revokeAccess(actor, request.params);
    case 'stop':
      return api.stop(actor, request.params);
  }
}

function describe(error: unknown, method: string, log: Log): WireError {
  if (error instanceof BridgeError) {
    const { code, message, advice, happened } = error;
    return { code, message, happened, advice };
  }
  log.error(
    { method, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    'a control request failed inside the bridge',
  );
  return {
    code: 'internal',
    message: `The bridge failed inside while it worked on "${method}".`,
    advice: 'The reason is in logs/bridge.log.',
    happened: 'unknown',
  };
}

function refused(id: string | null, error: WireError): Response {
  return { id, ok: false, error };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // The schema refuses it, and the refusal is answered.
  }
}

function requestId(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return typeof value.id === 'string' && value.id.length <= 100 ? value.id : null;
}
