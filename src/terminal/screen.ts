/** A captured screen without trailing blank lines. */
export function trimScreen(screen: string): string {
  return screen.replace(/\s+$/, '');
}
