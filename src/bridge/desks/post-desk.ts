import type { Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import { newUuid } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Actor } from '../../model/access.ts';
import type { OutboundFile } from '../../model/outbound.ts';
import { parseChannelId } from '../../model/session.ts';
import type { ChannelId, SessionNumber } from '../../model/session.ts';
import type { PostTarget } from '../../contracts/bridge-api.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { CopiedFile, OutgoingFiles } from '../../contracts/outgoing-files.ts';
import type { Workspace } from '../../contracts/workspace.ts';
import type { ReplyCollector } from '../replies/reply-collector.ts';
import type { SessionManager } from '../session/session-manager.ts';

/** How many files one message takes (Discord's documentation). */
const filesPerMessage = 10;

/** How much one message carries in files, in bytes: they are read into memory to be sent. One file may be larger. */
const bytesPerMessage = 25 * 1024 * 1024;

export interface PostDeskOptions {
  readonly sessions: SessionManager;
  readonly stores: Stores;
  readonly collector: ReplyCollector;
  readonly workspace: Workspace;
  readonly outgoing: OutgoingFiles;
  readonly clock: Clock;
  readonly log: Log;
  readonly defaultSession: () => SessionNumber;
}

/** Where a post goes, and whose channel that is. */
export interface PostPlace {
  readonly session: SessionNumber | undefined;
  readonly channel: ChannelId;
}

/** Takes what shells and agents post to channels as the bot. Who may do so is asked by whoever calls. */
export class PostDesk {
  readonly #options: PostDeskOptions;

  constructor(options: PostDeskOptions) {
    this.#options = options;
  }

  /** @throws BridgeError `session-unknown`, `channel-invalid`. */
  placeOf(actor: Actor, target: PostTarget): PostPlace {
    const { sessions, defaultSession } = this.#options;
    switch (target.kind) {
      case 'default': {
        const { entry } = sessions.get(actor.kind === 'pane' ? actor.session : defaultSession());
        return { session: entry.number, channel: entry.channel };
      }
      case 'session': {
        const { entry } = sessions.get(target.session);
        return { session: entry.number, channel: entry.channel };
      }
      case 'channel': {
        const channel = parseChannelId(target.channel);
        if (channel === undefined) {
          throw new BridgeError('channel-invalid', `"${target.channel}" is not a channel id.`, {
            advice: 'A channel id has 15 to 20 digits; a shorter number means a session.',
          });
        }
        return { session: sessions.entries().find((entry) => entry.channel === channel)?.number, channel };
      }
    }
  }

  /**
   * Stores a text with files. When it resolves, it is on disk, and so are copies of the files: as they are now they go out.
   *
   * @param paths absolute. A process inside a session may post what lies in its session's own directories.
   * @throws BridgeError `message-empty`, and as `Workspace.fileToPost` and `OutgoingFiles.copy`.
   */
  async post(actor: Actor, place: PostPlace, text: string, paths: readonly string[]): Promise<void> {
    const { sessions, workspace, outgoing } = this.#options;
    const hasText = text.trim() !== '';
    if (!hasText && paths.length === 0) {
      throw new BridgeError('message-empty', 'The message is empty.', { advice: 'Give some text.' });
    }
    const confinedTo = actor.kind === 'pane' ? sessions.get(actor.session).entry : undefined;
    // All are looked at before the first is copied.
    const found = paths.map((path) => workspace.fileToPost(path, confinedTo));
    const files: CopiedFile[] = [];
    try {
      for (const file of found) files.push(await outgoing.copy(file));
      this.#store(actor, place, text, files);
    } catch (error) {
      // Where nobody knows whether it was stored, the copies may be needed.
      const isKnown = !(error instanceof BridgeError) || error.happened === 'not-done';
      if (isKnown) outgoing.remove(files.map(({ path }) => path));
      throw error;
    }
  }

  #store(actor: Actor, { session, channel }: PostPlace, text: string, files: readonly CopiedFile[]): void {
    const { stores, clock, collector, log } = this.#options;
    const hasText = text.trim() !== '';
    const key = `post:${newUuid()}`;
    stores.transaction(() => {
      // Only what the agent itself posts can be the same saying; other people's words never silence it (BX-04).
      const byAgent = actor.kind === 'pane' && session === actor.session;
      const isNews = hasText && (!byAgent || collector.claimPosted(actor.session, channel, key, text));
      const message = byAgent ? collector.messageInWork(actor.session, channel) : undefined;
      const groups = grouped(files);
      const common = { channel, message, createdAt: clock.now() };
      for (const [index, group] of (groups.length === 0 ? [[]] : groups).entries()) {
        const words = index === 0 && isNews ? text : '';
        if (words === '' && group.length === 0) continue;
        const attached = group.length === 0 ? {} : { files: group };
        const content = { kind: 'text', text: words, ...attached } as const;
        stores.outbox.append({ ...common, key: index === 0 ? key : `${key}:${index + 1}`, content });
      }
    });
    log.info({ session, channel, length: text.length, files: files.length, by: actor.kind }, 'text posted');
  }
}

/** Files as they go into messages, in their order. */
function grouped(files: readonly CopiedFile[]): readonly (readonly OutboundFile[])[] {
  const groups: OutboundFile[][] = [];
  let bytes = 0;
  for (const { path, name, size, source } of files) {
    const group = groups.at(-1);
    if (group && group.length < filesPerMessage && bytes + size <= bytesPerMessage) {
      group.push({ path, name, source });
      bytes += size;
    } else {
      groups.push([{ path, name, source }]);
      bytes = size;
    }
  }
  return groups;
}
