import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Gate } from '../bridge/access/gate.ts';
import { AuthorRoles } from '../bridge/catch-up/author-roles.ts';
import { CatchUp } from '../bridge/catch-up/catch-up.ts';
import { ChannelReader } from '../bridge/catch-up/channel-reader.ts';
import { FollowedChannels } from '../bridge/catch-up/followed-channels.ts';
import { HeldMessages } from '../bridge/catch-up/held-messages.ts';
import { Intake } from '../bridge/inbound/intake.ts';
import { MessageChanges } from '../bridge/inbound/message-changes.ts';
import type { Owners } from '../bridge/inbound/owners.ts';
import type { RoutingPolicy } from '../bridge/inbound/routing.ts';
import type { Words } from '../bridge/words.ts';
import type { ChatTransport } from '../contracts/chat.ts';
import type { Stores } from '../contracts/stores.ts';
import type { SessionEntry, SessionNumber } from '../model/session.ts';

export interface IncomingOptions {
  readonly stores: Stores;
  readonly transport: ChatTransport;
  readonly gate: Gate;
  readonly owners: Owners;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  readonly entries: () => readonly SessionEntry[];
  readonly policy: RoutingPolicy;
  /** As many messages of a session may wait before the channel is told so. */
  readonly queueNotice: number;
  /** As many messages of bots are taken in a channel before a person must speak there. */
  readonly botMessages: number;
  /** Missed messages that are older are held, in milliseconds; may be infinite. */
  readonly maxAgeMs: number;
  /** Something was stored for this session. */
  readonly onStored: (session: SessionNumber) => void;
  /** Something is to be posted. */
  readonly onOutbox: () => void;
  /** Files of messages are not wanted any more; these of them are stored. */
  readonly onFilesGone: (paths: readonly string[]) => void;
}

/** Everything between the chat server and the inbox. */
export interface Incoming {
  readonly catchUp: CatchUp;
  readonly followed: FollowedChannels;
  readonly held: HeldMessages;
}

/** Puts together how messages come in: told by the chat server, or read afterwards. Starts nothing. */
export function furnishIncoming(options: IncomingOptions): Incoming {
  const intake = new Intake(options);
  const changes = new MessageChanges(options);
  const followed = new FollowedChannels(options);
  const held = new HeldMessages(options);
  const authorRoles = new AuthorRoles(options);
  const reader = new ChannelReader({ ...options, intake, changes, authorRoles });
  const catchUp = new CatchUp({ ...options, intake, changes, followed, reader, authorRoles, held });
  return { catchUp, followed, held };
}
