import type {
  APIAttachment,
  APIChannel,
  APIEmbed,
  APIMessage,
  APIPartialEmoji,
  APIUser,
  GatewayGuildCreateDispatchData,
  GatewayMessageReactionAddDispatchData,
} from 'discord-api-types/v10';

/**
 * What the server says, in Discord's own types. The page trusts the server that it came from: these are not checked
 * again.
 */
export type User = APIUser;
export type Emoji = APIPartialEmoji;
export type Embed = APIEmbed;
export type Attachment = APIAttachment;

/** A message as REST gives it, or an event of the gateway, which has the nonce of its sender besides. */
export type Message = APIMessage;

export type ReactionEvent = Pick<
  GatewayMessageReactionAddDispatchData,
  'channel_id' | 'message_id' | 'user_id' | 'emoji'
>;

/** The numbers of Discord's API that the page looks at. Its own enums would bring all the others along. */
export const channelTypes = {
  text: 0,
  direct: 1,
  announcementThread: 10,
  publicThread: 11,
  privateThread: 12,
} as const;

export const messageTypes = {
  normal: 0,
  pinned: 6,
  threadCreated: 18,
  reply: 19,
  command: 20,
  contextCommand: 23,
} as const;

const flags = { suppressEmbeds: 4, ephemeral: 64, loading: 128 } as const;

export function isOfType({ type }: { readonly type: number }, kind: keyof typeof messageTypes): boolean {
  return type === messageTypes[kind];
}

/** Whether a message has a flag. */
export function hasFlag(message: { readonly flags?: number }, flag: keyof typeof flags): boolean {
  return ((message.flags ?? 0) & flags[flag]) !== 0;
}

export function displayName(user: Pick<User, 'global_name' | 'username'>): string {
  return user.global_name ?? user.username;
}

/** Orders ids by age: numbers of different length, as text. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** A form that an application wants filled in (the event INTERACTION_MODAL_CREATE). */
export interface ModalForm {
  /** The interaction that opened it. */
  readonly id: string;
  readonly nonce?: string;
  readonly channel_id: string;
  readonly application: { readonly id: string; readonly name: string };
  readonly custom_id: string;
  readonly title: string;
  readonly components: readonly LooseComponent[];
}

/** A choice that an application suggests for an option of a command. */
export interface Choice {
  readonly name: string;
  readonly value: string | number;
}

/** A file that a component shows. */
export interface Media {
  readonly url: string;
  readonly content_type?: string | null;
}

/** Any component, also of a kind that this page has never heard of: all fields that the page looks at. */
export interface LooseComponent {
  readonly type: number;
  readonly custom_id?: string;
  readonly label?: string;
  readonly description?: string;
  readonly content?: string;
  readonly style?: number;
  readonly emoji?: { readonly id?: string | null; readonly name?: string | null };
  readonly url?: string;
  readonly disabled?: boolean;
  readonly value?: string;
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly min_length?: number;
  readonly max_length?: number;
  readonly min_values?: number;
  readonly max_values?: number;
  readonly options?: readonly SelectOption[];
  readonly default_values?: readonly { readonly id: string }[];
  readonly default?: boolean;
  readonly components?: readonly LooseComponent[];
  readonly component?: LooseComponent;
  readonly accessory?: LooseComponent;
  readonly items?: readonly {
    readonly media: Media;
    readonly description?: string | null;
    readonly spoiler?: boolean;
  }[];
  readonly media?: Media;
  readonly file?: Media;
  readonly name?: string;
  readonly size?: number;
  readonly divider?: boolean;
  readonly spacing?: number;
  readonly accent_color?: number | null;
  readonly spoiler?: boolean;
}

export interface SelectOption {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
  readonly default?: boolean;
}

/** Discord's numbers for kinds of components. */
export const componentTypes = {
  actionRow: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  section: 9,
  textDisplay: 10,
  thumbnail: 11,
  mediaGallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
  fileUpload: 19,
  radioGroup: 21,
  checkboxGroup: 22,
  checkbox: 23,
} as const;

export function componentsOf(message: Pick<Message, 'components'>): readonly LooseComponent[] {
  return (message.components ?? []) as readonly object[] as readonly LooseComponent[];
}

/** What the gateway tells, as far as the page listens. */
export interface Events {
  READY: { user: User; session_id: string; resume_gateway_url: string };
  RESUMED: object;
  GUILD_CREATE: GatewayGuildCreateDispatchData;
  GUILD_MEMBER_ADD: { user: User };
  CHANNEL_CREATE: APIChannel;
  CHANNEL_UPDATE: APIChannel;
  CHANNEL_DELETE: { id: string };
  THREAD_CREATE: APIChannel;
  THREAD_UPDATE: APIChannel;
  THREAD_DELETE: { id: string };
  MESSAGE_CREATE: Message;
  MESSAGE_UPDATE: Message;
  MESSAGE_DELETE: { id: string; channel_id: string };
  MESSAGE_DELETE_BULK: { ids: string[]; channel_id: string };
  MESSAGE_REACTION_ADD: ReactionEvent;
  MESSAGE_REACTION_REMOVE: ReactionEvent;
  MESSAGE_REACTION_REMOVE_ALL: { channel_id: string; message_id: string };
  MESSAGE_REACTION_REMOVE_EMOJI: { channel_id: string; message_id: string; emoji: Emoji };
  TYPING_START: { channel_id: string; user_id: string };
  INTERACTION_CREATE: { id: string; nonce?: string };
  INTERACTION_SUCCESS: { id: string; nonce?: string };
  INTERACTION_FAILURE: { id: string; nonce?: string };
  INTERACTION_MODAL_CREATE: ModalForm;
  APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE: { nonce?: string; interaction_id?: string; choices: Choice[] };
}

export type GatewayEvent = {
  [Name in keyof Events]: { readonly event: Name; readonly data: Events[Name] };
}[keyof Events];
