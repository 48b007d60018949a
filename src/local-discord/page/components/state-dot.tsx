import type { VNode } from 'preact';

import type { Sign } from '../state/channels.ts';

/** The colour of a session's state. With `says` it stands alone and is read out; without, the words are beside it. */
export function StateDot({ sign, says }: { readonly sign: Sign; readonly says?: string }): VNode {
  return says === undefined ? (
    <span class={`dot ${sign}`} aria-hidden="true" />
  ) : (
    <span class={`dot ${sign}`} role="img" aria-label={says} />
  );
}
