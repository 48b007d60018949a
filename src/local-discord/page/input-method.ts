/** The code of a key that an input method takes for itself. */
const takenKey = 229;

/**
 * Whether a key belongs to an input method: its Enter chooses a word, its Escape drops one, and neither is for the page.
 * Safari says of the Enter that ends a word only by this code that it was not for the page.
 */
export function isForInputMethod(event: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Safari has no other word for it
  return event.isComposing || event.keyCode === takenKey;
}
