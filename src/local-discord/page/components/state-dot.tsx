import type { VNode } from 'preact';

import type { Sign } from '../state/channels.ts';

/** The colour of a session's state; the words for it stand beside it. */
export function StateDot({ sign }: { readonly sign: Sign }): VNode {
  return <span class={`dot ${sign}`} aria-hidden="true" />;
}
