import { RESTJSONErrorCodes } from 'discord-api-types/v10';

/** One wrong field of a body, in Discord's words: `BASE_TYPE_MAX_LENGTH`, "Must be 2000 or fewer in length." */
export interface FieldError {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

interface ErrorTree {
  [key: string]: ErrorTree | { code: string; message: string }[];
}

/** An answer that says no, in the form Discord gives it. */
export class DiscordApiError extends Error {
  override readonly name = 'DiscordApiError';
  /** HTTP status. */
  readonly status: number;
  /** Discord's JSON error code; 0 for general errors. */
  readonly code: number;
  readonly fields: readonly FieldError[];

  constructor(status: number, code: number, message: string, fields: readonly FieldError[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }

  body(): { message: string; code: number; errors?: ErrorTree } {
    const { message, code, fields } = this;
    return fields.length === 0 ? { message, code } : { message, code, errors: errorTree(fields) };
  }
}

const codes = RESTJSONErrorCodes;

/** The errors this server gives, by what went wrong. */
export const apiErrors = {
  badRequest: () => new DiscordApiError(400, 0, '400: Bad Request'),
  unauthorized: () => new DiscordApiError(401, 0, '401: Unauthorized'),
  forbidden: (message = '403: Forbidden') => new DiscordApiError(403, 0, message),
  notFound: () => new DiscordApiError(404, 0, '404: Not Found'),
  methodNotAllowed: () => new DiscordApiError(405, 0, '405: Method Not Allowed'),
  internal: () => new DiscordApiError(500, 0, '500: Internal Server Error'),
  notJson: () =>
    new DiscordApiError(400, codes.RequestBodyContainsInvalidJSON, 'The request body contains invalid JSON.'),
  tooLarge: () => new DiscordApiError(413, codes.RequestEntityTooLarge, 'Request entity too large'),
  unknownApplication: () => new DiscordApiError(404, codes.UnknownApplication, 'Unknown Application'),
  unknownChannel: () => new DiscordApiError(404, codes.UnknownChannel, 'Unknown Channel'),
  unknownGuild: () => new DiscordApiError(404, codes.UnknownGuild, 'Unknown Guild'),
  unknownMember: () => new DiscordApiError(404, codes.UnknownMember, 'Unknown Member'),
  unknownRole: () => new DiscordApiError(404, codes.UnknownRole, 'Unknown Role'),
  unknownMessage: () => new DiscordApiError(404, codes.UnknownMessage, 'Unknown Message'),
  unknownUser: () => new DiscordApiError(404, codes.UnknownUser, 'Unknown User'),
  unknownEmoji: () => new DiscordApiError(400, codes.UnknownEmoji, 'Unknown Emoji'),
  unknownWebhook: () => new DiscordApiError(404, codes.UnknownWebhook, 'Unknown Webhook'),
  unknownCommand: () => new DiscordApiError(404, codes.UnknownApplicationCommand, 'Unknown application command'),
  unknownInteraction: () => new DiscordApiError(404, codes.UnknownInteraction, 'Unknown interaction'),
  acknowledged: () =>
    new DiscordApiError(400, codes.InteractionHasAlreadyBeenAcknowledged, 'Interaction has already been acknowledged.'),
  webhookTokenInvalid: () => new DiscordApiError(401, codes.InvalidWebhookToken, 'Invalid Webhook Token'),
  missingAccess: () => new DiscordApiError(403, codes.MissingAccess, 'Missing Access'),
  missingPermissions: () => new DiscordApiError(403, codes.MissingPermissions, 'Missing Permissions'),
  notYourMessage: () =>
    new DiscordApiError(
      403,
      codes.CannotEditMessageAuthoredByAnotherUser,
      'Cannot edit a message authored by another user',
    ),
  emptyMessage: () => new DiscordApiError(400, codes.CannotSendAnEmptyMessage, 'Cannot send an empty message'),
  notInThisChannel: () =>
    new DiscordApiError(400, codes.CannotExecuteActionOnThisChannelType, 'Cannot execute action on this channel type'),
  threadArchived: () => new DiscordApiError(400, codes.InvalidActionOnArchivedThread, 'Thread is archived'),
  threadExists: () =>
    new DiscordApiError(
      400,
      codes.ThreadAlreadyCreatedForMessage,
      'A thread has already been created for this message',
    ),
  tooManyFiles: () =>
    new DiscordApiError(
      400,
      codes.MaximumNumberOfAttachmentsInAMessageReached,
      'Maximum number of attachments in a message reached (10)',
    ),
  tooManyReactions: () =>
    new DiscordApiError(400, codes.MaximumNumberOfReactionsReached, 'Maximum number of reactions reached (20)'),
  invalidForm: (fields: readonly FieldError[]) =>
    new DiscordApiError(400, codes.InvalidFormBodyOrContentType, 'Invalid Form Body', fields),
};

/** An "Invalid Form Body" about one field. */
export function invalidField(path: readonly (string | number)[], code: string, message: string): DiscordApiError {
  return apiErrors.invalidForm([{ path, code, message }]);
}

function errorTree(fields: readonly FieldError[]): ErrorTree {
  const root: ErrorTree = {};
  for (const { path, code, message } of fields) {
    let node = root;
    for (const key of path) {
      const next = node[key];
      node = next && !Array.isArray(next) ? next : (node[key] = {});
    }
    const list = node['_errors'];
    if (Array.isArray(list)) list.push({ code, message });
    else node['_errors'] = [{ code, message }];
  }
  return root;
}
