import type { Conversation } from './conversation.ts';
import { locateEntries, readTranscript, transcriptSize } from './transcript.ts';
import type { LocatedEntry, TranscriptEntry } from './transcript.ts';

/** What the agent itself wrote down of its conversation; nothing before it has written anything. */
export class AgentRecord {
  readonly #conversation: Pick<Conversation, 'transcript'>;

  constructor(conversation: Pick<Conversation, 'transcript'>) {
    this.#conversation = conversation;
  }

  /** Bytes it has now. */
  size(): number {
    const path = this.#conversation.transcript;
    return path === undefined ? 0 : transcriptSize(path);
  }

  /** Its entries from a byte offset on; the last part of it when the offset is not known. */
  read(from: number | undefined): readonly TranscriptEntry[] {
    const path = this.#conversation.transcript;
    return path === undefined ? [] : readTranscript(path, from);
  }

  /** The entries of its whole lines from a byte offset on, and where each ends. */
  locate(from: number): readonly LocatedEntry[] {
    const path = this.#conversation.transcript;
    return path === undefined ? [] : locateEntries(path, from);
  }
}
