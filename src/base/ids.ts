import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** A type that is a plain value at run time and cannot be mixed up at compile time. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };

/** A fresh random UUID (version 4). */
export function newUuid(): string {
  return randomUUID();
}

/** A fresh secret of `bytes` random bytes, in URL-safe base64. */
export function newSecret(bytes = 24): string {
  return randomBytes(bytes).toString('base64url');
}

/** The first `length` hexadecimal digits of the SHA-256 of a text. */
export function shortHash(text: string, length = 12): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
