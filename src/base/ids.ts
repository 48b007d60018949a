import type * as nodeCrypto from 'node:crypto';

/** A type that is a plain value at run time and cannot be mixed up at compile time. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };

/** A fresh random UUID (version 4). */
export function newUuid(): string {
  return crypto().randomUUID();
}

/** A fresh secret of `bytes` random bytes, in URL-safe base64. */
export function newSecret(bytes = 24): string {
  return crypto().randomBytes(bytes).toString('base64url');
}

/** So many random hexadecimal digits; an even number. */
export function newHex(digits: number): string {
  return crypto()
    .randomBytes(digits / 2)
    .toString('hex');
}

/** The first `length` hexadecimal digits of the SHA-256 of a text. */
export function shortHash(text: string, length = 12): string {
  return crypto().createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** Loaded when it is needed: it is a fifth of the start of a shell command, and most of them need none of it. */
function crypto(): typeof nodeCrypto {
  return process.getBuiltinModule('node:crypto');
}
