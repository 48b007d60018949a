import type { VNode } from 'preact';

import { useTools } from '../context.ts';
import { localAddress, resolveAttachment } from '../local-address.ts';
import { checkAddress } from '../markdown/read-markup.ts';
import type { Embed, Message } from '../state/payloads.ts';
import { FileLink, Picture } from './attachments.tsx';
import { InlineMarkdown, Markdown } from './markdown-view.tsx';

/** Cards that applications put under a message. */
export function Embeds({ message }: { readonly message: Message }): VNode {
  return (
    <>
      {message.embeds.map((embed, index) => (
        <EmbedCard key={index} embed={embed} message={message} />
      ))}
    </>
  );
}

function EmbedCard({ embed, message }: { readonly embed: Embed; readonly message: Message }): VNode {
  const { format } = useTools();
  const { title, description, fields, footer, author, timestamp, image, thumbnail, color } = embed;
  const style = color === undefined ? {} : { '--embed-colour': hexColour(color) };
  return (
    <section class="embed" style={style}>
      {author && <p class="embed-author">{linked(author.name, author.url)}</p>}
      {title && (
        <p class="embed-title">
          {embed.url === undefined ? <InlineMarkdown text={title} /> : linked(title, embed.url)}
        </p>
      )}
      {thumbnail && <EmbedPicture url={thumbnail.url} message={message} kind="thumbnail" />}
      {description && <Markdown text={description} />}
      {fields && fields.length > 0 && (
        <dl>
          {fields.map(({ name, value, inline }) => (
            <div class={inline ? 'inline' : ''}>
              <dt>
                <InlineMarkdown text={name} />
              </dt>
              <dd>
                <Markdown text={value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {image && <EmbedPicture url={image.url} message={message} kind="image" />}
      {(footer ?? timestamp) && (
        <p class="embed-footer">{[footer?.text, timestamp && format.full(timestamp)].filter(Boolean).join(' · ')}</p>
      )}
    </section>
  );
}

/** A picture of this server is shown; one from elsewhere is a link, as the page asks nobody else for anything. */
function EmbedPicture(props: { readonly url: string; readonly message: Message; readonly kind: string }): VNode | null {
  const { words } = useTools();
  const url = resolveAttachment(props.url, props.message.attachments);
  const file = props.message.attachments.find((one) => one.url === url);
  if (localAddress(url) !== undefined) {
    return (
      <div class={`embed-${props.kind}`}>
        <Picture
          url={url}
          name={file?.description ?? file?.filename ?? words.image}
          width={file?.width}
          height={file?.height}
        />
      </div>
    );
  }
  const address = checkAddress(url);
  return address === undefined ? null : <FileLink url={address} name={`${words.image}: ${new URL(address).host}`} />;
}

function linked(text: string, url: string | undefined): VNode {
  const address = url === undefined ? undefined : checkAddress(url);
  if (address === undefined) return <span>{text}</span>;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  );
}

export function hexColour(color: number): string {
  return `#${color.toString(16).padStart(6, '0')}`;
}
