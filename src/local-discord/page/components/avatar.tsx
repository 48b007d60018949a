import type { VNode } from 'preact';

import type { User } from '../state/payloads.ts';
import { displayName } from '../state/payloads.ts';

const segments = new Intl.Segmenter();
const tints = 6n;

/** The first letter of a name; the shape tells people from bots, the tint one from another. */
export function Avatar({ user }: { readonly user: User }): VNode {
  const [first] = segments.segment(displayName(user).trim());
  const tint = Number((BigInt(user.id) % 7919n) % tints);
  return (
    <span class={`avatar tint-${tint} ${user.bot ? 'bot' : ''}`} aria-hidden="true">
      {(first?.segment ?? '?').toLocaleUpperCase()}
    </span>
  );
}
