import type { ComponentChild, VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';

import { useTools } from '../context.ts';
import { parseMarkdown } from '../markdown/parse-blocks.ts';
import type { Block, Inline, List } from '../markdown/syntax.ts';
import { memo } from '../memo.ts';
import { CodeBlock } from './code-block.tsx';

/** What was said, as elements: no HTML is made on the way. */
export const Markdown = memo(function Markdown({ text }: { readonly text: string }): VNode {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return <div class="markdown">{blocks.map(drawBlock)}</div>;
});

/** The same, for a place with room for one line of text only. */
export const InlineMarkdown = memo(function InlineMarkdown({ text }: { readonly text: string }): VNode {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return (
    <span class="markdown">{blocks.map((block) => ('content' in block ? draw(block.content) : drawBlock(block)))}</span>
  );
});

function drawBlock(block: Block): VNode {
  switch (block.kind) {
    case 'paragraph':
      return <p>{draw(block.content)}</p>;
    case 'subtext':
      return <p class="subtext">{draw(block.content)}</p>;
    case 'heading':
      // What people say has its own headings, below those of the page.
      return (
        <div role="heading" aria-level={block.level + 2} class={`heading level-${block.level}`}>
          {draw(block.content)}
        </div>
      );
    case 'quote':
      return <blockquote>{block.blocks.map(drawBlock)}</blockquote>;
    case 'code':
      return <CodeBlock code={block.text} language={block.language} />;
    case 'list':
      return drawList(block);
  }
}

function drawList(list: List): VNode {
  const items = list.items.map(({ content, children }) => (
    <li>
      {draw(content)}
      {children.map(drawList)}
    </li>
  ));
  return list.start === undefined ? <ul>{items}</ul> : <ol start={list.start}>{items}</ol>;
}

function draw(content: readonly Inline[]): ComponentChild[] {
  return content.map(drawInline);
}

function drawInline(inline: Inline): ComponentChild {
  switch (inline.kind) {
    case 'text':
      return inline.text;
    case 'strong':
      return <strong>{draw(inline.content)}</strong>;
    case 'emphasis':
      return <em>{draw(inline.content)}</em>;
    case 'underline':
      return <u>{draw(inline.content)}</u>;
    case 'strike':
      return <s>{draw(inline.content)}</s>;
    case 'spoiler':
      return <Spoiler content={inline.content} />;
    case 'code':
      return <code>{inline.text}</code>;
    case 'link':
      return (
        <a href={inline.address} target="_blank" rel="noopener noreferrer" title={inline.address}>
          {draw(inline.content)}
        </a>
      );
    case 'user':
      return <Mention kind="user" id={inline.id} />;
    case 'role':
      return <Mention kind="role" id={inline.id} />;
    case 'channel':
      return <Mention kind="channel" id={inline.id} />;
    case 'everyone':
      return <span class="mention">{inline.text}</span>;
    case 'command':
      return <span class="mention">/{inline.name}</span>;
    case 'emoji':
      return <span class="custom-emoji">:{inline.name}:</span>;
    case 'time':
      return <CustomTime seconds={inline.seconds} style={inline.style} />;
  }
}

function Spoiler({ content }: { readonly content: readonly Inline[] }): VNode {
  const { words } = useTools();
  const [open, setOpen] = useState(false);
  if (open) return <span class="spoiler open">{draw(content)}</span>;
  return (
    <button
      type="button"
      class="spoiler"
      aria-label={words.spoiler}
      onClick={() => {
        setOpen(true);
      }}
    >
      <span aria-hidden="true">{draw(content)}</span>
    </button>
  );
}

function Mention({ kind, id }: { readonly kind: 'user' | 'role' | 'channel'; readonly id: string }): VNode {
  const { names } = useTools();
  if (kind !== 'channel') return <span class="mention">@{names[kind](id) ?? id}</span>;
  const name = names.channel(id);
  return name === undefined ? (
    <span class="mention">#{id}</span>
  ) : (
    <a class="mention" href={`#${id}`}>
      #{name}
    </a>
  );
}

function CustomTime({ seconds, style }: { readonly seconds: number; readonly style: string }): VNode {
  const { format } = useTools();
  const iso = new Date(seconds * 1000).toISOString();
  return (
    <time class="custom-time" dateTime={iso} title={format.full(iso)}>
      {format.custom(seconds, style)}
    </time>
  );
}
