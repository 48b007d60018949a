import type { VNode } from 'preact';

import { useTools } from '../context.ts';

/** A component of a kind that the page does not know: it is named, never left out. */
export function UnknownComponent({ type }: { readonly type: number }): VNode {
  const { words } = useTools();
  return <p class="unknown-component">{words.unknownComponent(type)}</p>;
}
