/** The part of `sessionStorage` that is needed. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Keeps what was being written in each channel, as long as the browser's tab lives. */
export class Drafts {
  readonly #storage: TextStorage;

  constructor(storage: TextStorage) {
    this.#storage = storage;
  }

  read(channel: string): string {
    return this.#storage.getItem(keyOf(channel)) ?? '';
  }

  write(channel: string, text: string): void {
    if (text === '') this.#storage.removeItem(keyOf(channel));
    else this.#storage.setItem(keyOf(channel), text);
  }
}

/** Keeps the newest message read of each channel in `localStorage`. */
export class ReadMarks {
  readonly #storage: TextStorage;

  constructor(storage: TextStorage) {
    this.#storage = storage;
  }

  read(): ReadonlyMap<string, string> {
    const text = this.#storage.getItem(readKey) ?? '';
    return new Map(
      [...text.matchAll(/(\d{1,20}):(\d{1,20})/g)].map(([, channel = '', message = '']) => [channel, message]),
    );
  }

  write(marks: ReadonlyMap<string, string>): void {
    this.#storage.setItem(readKey, [...marks].map((pair) => pair.join(':')).join(' '));
  }
}

const readKey = 'read';

function keyOf(channel: string): string {
  return `draft:${channel}`;
}
