import type { VNode } from 'preact';

/** Three dots that breathe: somebody is at it. The words stand beside them. */
export function Dots(): VNode {
  return (
    <span class="dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}
