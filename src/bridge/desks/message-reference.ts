/** What a person calls a message: our own id of it, or the chat server's, also in a link. */
export type MessageReference =
  { readonly kind: 'inbox'; readonly id: string } | { readonly kind: 'chat'; readonly messageId: string };

/** Discord's links end in server (or @me), channel and message; those of the built-in page in channel and message. */
const link = /^https?:\/\/\S+?(?:\/channels\/(?:@me|\d+)\/|#)\d{15,20}\/(?<message>\d{15,20})\/?$/;

/** Reads what a person calls a message; undefined when it is none of the known forms. Pure. */
export function readMessageReference(text: string): MessageReference | undefined {
  const trimmed = text.trim();
  if (/^[a-z]+:\S+$/.test(trimmed) && !trimmed.includes('//')) return { kind: 'inbox', id: trimmed };
  if (/^\d{15,20}$/.test(trimmed)) return { kind: 'chat', messageId: trimmed };
  const messageId = link.exec(trimmed)?.groups?.['message'];
  return messageId === undefined ? undefined : { kind: 'chat', messageId };
}
