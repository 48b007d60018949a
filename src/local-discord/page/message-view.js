// One message as an element. Nothing said by anybody is parsed as HTML.

import { element, renderMarkdown } from './markdown.js';

const clock = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat([], { dateStyle: 'medium', timeStyle: 'short' });

/** Discord's type of the message that says so. */
const threadCreated = 18;

/** Messages of one author within this many milliseconds stand under one name. */
const togetherMs = 5 * 60_000;

/**
 * @param message a Discord message; `pending` and `failure` (text) are the page's own marks on one of its own.
 * @param on `names` for mentions; `react(message, emoji, add)`; `resend(message)`.
 */
export function messageElement(message, on) {
  if (message.type === threadCreated) return threadNote(message);
  const item = element('li', message.pending ? 'message pending' : 'message');
  item.dataset.id = message.id;
  if (message.referenced_message) item.append(element('div', 'reply', replyText(message.referenced_message)));
  item.append(meta(message));
  const body = element('div', 'body', renderMarkdown(message.content, on.names));
  if (message.edited_timestamp) {
    const edited = element('span', 'edited', '(edited)');
    edited.title = day.format(new Date(message.edited_timestamp));
    body.append(edited);
  }
  item.append(body, ...(message.embeds ?? []).map((embed) => embedElement(embed, on.names)));
  item.append(...(message.attachments ?? []).map(attachmentElement), reactions(message, on));
  if (message.failure) {
    const again = element('button', '', 'Try again');
    again.type = 'button';
    again.addEventListener('click', () => on.resend(message));
    item.append(element('div', 'failure', `Not sent: ${message.failure} `, again));
  }
  return item;
}

function threadNote({ id, author, content, message_reference: reference }) {
  const anchor = element('a', '', content);
  anchor.href = `#${reference?.channel_id}`;
  const item = element('li', 'message note body', `${displayName(author)} started a thread: `, anchor);
  item.dataset.id = id;
  return item;
}

/** Whether a message needs no name of its own after the one before it. */
export function isContinued(message, previous) {
  if (
    !previous ||
    previous.type === threadCreated ||
    message.referenced_message ||
    previous.author.id !== message.author.id
  )
    return false;
  return new Date(message.timestamp) - new Date(previous.timestamp) < togetherMs;
}

export function displayName(user) {
  return user.global_name ?? user.username;
}

function meta(message) {
  const date = new Date(message.timestamp);
  const isToday = date.toDateString() === new Date().toDateString();
  const time = element('time', '', isToday ? clock.format(date) : day.format(date));
  time.dateTime = message.timestamp;
  time.title = day.format(date);
  return element(
    'div',
    'meta',
    element('span', message.author.bot ? 'author bot' : 'author', displayName(message.author)),
    time,
  );
}

function replyText({ author, content }) {
  return `${displayName(author)}: ${content.replace(/\s+/g, ' ').slice(0, 120)}`;
}

function embedElement({ title, description }, names) {
  const embed = element('div', 'embed body');
  if (title) embed.append(element('strong', '', title), '\n');
  if (description) embed.append(renderMarkdown(description, names));
  return embed;
}

function attachmentElement({ url, filename, size, content_type: type, description }) {
  // The same file by this page's own name: the server may have been called localhost.
  const { pathname, search } = new URL(url);
  const anchor = element('a', '');
  anchor.href = pathname + search;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer';
  if (/^image\/(png|jpeg|gif|webp)$/.test(type ?? '')) {
    const image = element('img', '');
    image.src = pathname + search;
    image.alt = description ?? filename;
    image.loading = 'lazy';
    anchor.append(image);
  } else {
    anchor.append(`📄 ${filename} (${sizeText(size)})`);
  }
  return element('div', 'attachment', anchor);
}

function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function reactions(message, on) {
  const row = element('div', 'reactions');
  for (const { emoji, count, me } of message.reactions ?? []) {
    const button = element('button', '', `${emoji.name} ${count}`);
    button.type = 'button';
    button.setAttribute('aria-pressed', String(me));
    button.addEventListener('click', () => on.react(message, emoji, !me));
    row.append(button);
  }
  return row;
}
