/** This near to the end (pixels) counts as being there. */
const near = 48;

/**
 * Keeps the reader's place in a list that grows at both ends: at the end it stays at the end, elsewhere what is seen
 * stays where it is. Owns nothing but what it remembers; the element does the scrolling.
 */
export class ScrollPlace {
  readonly #element: HTMLElement;
  readonly #items: () => ArrayLike<Element>;
  #anchor: { readonly item: Element; readonly top: number } | undefined;
  #isAtEnd = true;
  #top = 0;

  constructor(element: HTMLElement, items: () => ArrayLike<Element>) {
    this.#element = element;
    this.#items = items;
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** The element has scrolled. At the end, only a move upwards is the reader's: else what is below has grown. */
  scrolled(): void {
    if (this.#isAtEnd && this.#element.scrollTop >= this.#top) this.#top = this.#element.scrollTop;
    else this.remember();
  }

  /** Where it stands is the place now. */
  remember(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#element;
    this.#top = scrollTop;
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < near;
    const item = this.#firstSeen();
    this.#anchor = item && { item, top: this.#topOf(item) };
  }

  /** The list has changed: back to the place. */
  restore(): void {
    if (this.#isAtEnd) this.#element.scrollTop = this.#element.scrollHeight;
    else if (this.#anchor?.item.isConnected) {
      this.#element.scrollTop += this.#topOf(this.#anchor.item) - this.#anchor.top;
    }
    this.remember();
  }

  /** Goes to the newest. */
  toEnd(behavior: ScrollBehavior): void {
    this.#isAtEnd = true;
    this.#element.scrollTo({ top: this.#element.scrollHeight, behavior });
  }

  #topOf(item: Element): number {
    return item.getBoundingClientRect().top - this.#element.getBoundingClientRect().top;
  }

  /** By halving: the items lie in order. */
  #firstSeen(): Element | undefined {
    const items = this.#items();
    const top = this.#element.getBoundingClientRect().top;
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const item = items[middle];
      if (item && item.getBoundingClientRect().bottom > top) high = middle;
      else low = middle + 1;
    }
    return items[low];
  }
}
