import type { AccessPolicy } from '../../model/access.ts';
import type { AccessBook } from '../../contracts/stores.ts';

export interface RegisterOptions {
  readonly book: AccessBook;
  /** As it was read at the start. */
  readonly begin: AccessPolicy;
}

/** Owns what is in force of the owner's word on who may do what. Knows nothing about what it allows. */
export class Register {
  readonly #book: AccessBook;
  #policy: AccessPolicy;

  constructor({ book, begin }: RegisterOptions) {
    this.#book = book;
    this.#policy = begin;
  }

  get policy(): AccessPolicy {
    return this.#policy;
  }

  /** On disk and in force when it resolves. @throws as `AccessBook.update`; then nothing has changed. */
  async update(change: (policy: AccessPolicy) => AccessPolicy): Promise<void> {
    this.#policy = await this.#book.update(change);
  }
}
