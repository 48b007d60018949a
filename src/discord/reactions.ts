import type { ReactionName } from '../model/outbound.ts';

/** What a reaction's name looks like on Discord. */
export const reactionEmoji: Readonly<Record<ReactionName, string>> = {
  stored: '📥',
  delivered: '⚙️',
  answered: '✅',
  withdrawn: '🗑️',
  failed: '❌',
};
