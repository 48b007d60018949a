const steps: Readonly<Record<string, 'next' | 'previous' | 'first' | 'last'>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  Home: 'first',
  End: 'last',
};

/** Arrow keys, Home and End go from message to message, when a message itself has the focus. */
export function walkMessages(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = steps[event.key];
  const from = event.target;
  if (!step || event.altKey || !(from instanceof HTMLElement) || from.localName !== 'article') return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('article[id]')];
  const at = all.indexOf(from);
  const to = { next: all[at + 1], previous: all[at - 1], first: all[0], last: all.at(-1) }[step];
  if (!to) return;
  event.preventDefault();
  to.focus();
}
