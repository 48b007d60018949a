import { parseMarkdown } from './parse-blocks.ts';
import type { Block, Inline } from './syntax.ts';

/** Names for ids. */
export interface Names {
  user(id: string): string | undefined;
  role(id: string): string | undefined;
  channel(id: string): string | undefined;
  time(seconds: number, style: string): string;
}

/** What was said without its marks, in one line: for quotations and for reading out. */
export function plainText(text: string, names: Names): string {
  return parseMarkdown(text)
    .map((block) => blockText(block, names))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function blockText(block: Block, names: Names): string {
  switch (block.kind) {
    case 'paragraph':
    case 'subtext':
    case 'heading':
      return inlineText(block.content, names);
    case 'quote':
      return block.blocks.map((one) => blockText(one, names)).join(' ');
    case 'code':
      return block.text;
    case 'list':
      return block.items
        .map(({ content, children }) =>
          [inlineText(content, names), ...children.map((one) => blockText(one, names))].join(' '),
        )
        .join(' ');
  }
}

function inlineText(content: readonly Inline[], names: Names): string {
  return content.map((inline) => oneText(inline, names)).join('');
}

function oneText(inline: Inline, names: Names): string {
  switch (inline.kind) {
    case 'text':
    case 'code':
    case 'everyone':
      return inline.text;
    case 'user':
      return `@${names.user(inline.id) ?? inline.id}`;
    case 'role':
      return `@${names.role(inline.id) ?? inline.id}`;
    case 'channel':
      return `#${names.channel(inline.id) ?? inline.id}`;
    case 'command':
      return `/${inline.name}`;
    case 'emoji':
      return `:${inline.name}:`;
    case 'time':
      return names.time(inline.seconds, inline.style);
    case 'spoiler':
      return '…';
    default:
      return inlineText(inline.content, names);
  }
}
