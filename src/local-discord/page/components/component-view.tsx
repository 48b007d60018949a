import type { VNode } from 'preact';
import { useState } from 'preact/hooks';

import { useTools } from '../context.ts';
import { resolveAttachment } from '../local-address.ts';
import { checkAddress } from '../markdown/read-markup.ts';
import type { LooseComponent, Media, Message } from '../state/payloads.ts';
import { componentTypes as types } from '../state/payloads.ts';
import { FileLink, Picture } from './attachments.tsx';
import { hexColour } from './embeds.tsx';
import { Icon } from './icons.tsx';
import { Markdown } from './markdown-view.tsx';
import { isSelect, SelectMenu } from './select-menu.tsx';
import { UnknownComponent } from './unknown-component.tsx';

interface Props {
  readonly component: LooseComponent;
  readonly message: Message;
  /** The custom id of the component that waits for an answer. */
  readonly pendingId: string | undefined;
}

/** One component of a message. One of a kind that is not known is named, never left out. */
export function ComponentView(props: Props): VNode {
  const { actor } = useTools();
  const { component, message, pendingId } = props;
  const children = (component.components ?? []).map((child, index) => (
    <ComponentView key={index} {...props} component={child} />
  ));
  if (isSelect(component)) {
    return (
      <SelectMenu
        component={component}
        isPending={pendingId === component.custom_id}
        disabled={(component.disabled ?? false) || pendingId !== undefined}
        onChoose={(values) =>
          actor.press(message, { type: component.type, customId: component.custom_id ?? '', values })
        }
      />
    );
  }
  switch (component.type) {
    case types.actionRow:
      return <div class="row">{children}</div>;
    case types.button:
      return <ComponentButton {...props} />;
    case types.section:
      return (
        <div class="section">
          <div>{children}</div>
          {component.accessory && <ComponentView {...props} component={component.accessory} />}
        </div>
      );
    case types.textDisplay:
      return <Markdown text={component.content ?? ''} />;
    case types.thumbnail:
      return component.media ? (
        <MediaView {...component} media={component.media} message={message} kind="thumbnail" />
      ) : (
        <UnknownComponent type={component.type} />
      );
    case types.mediaGallery:
      return (
        <div class="gallery">
          {(component.items ?? []).map((item, index) => (
            <MediaView key={index} {...item} message={message} kind="picture" />
          ))}
        </div>
      );
    case types.file: {
      const url = resolveAttachment(component.file?.url ?? '', message.attachments);
      const known = message.attachments.find((one) => one.url === url);
      const name = component.name ?? known?.filename ?? url.split(/[/?]/).find((part) => part.includes('.')) ?? url;
      const size = component.size ?? known?.size;
      return <FileLink url={url} name={name} {...(size === undefined ? {} : { size })} />;
    }
    case types.separator:
      return <hr class={`${component.divider === false ? 'blank' : ''} ${component.spacing === 2 ? 'wide' : ''}`} />;
    case types.container: {
      const colour = component.accent_color;
      const style = colour == null ? {} : { '--embed-colour': hexColour(colour) };
      return (
        <section class={colour == null ? 'container' : 'container coloured'} style={style}>
          <Concealed isHidden={component.spoiler ?? false}>{children}</Concealed>
        </section>
      );
    }
    default:
      return <UnknownComponent type={component.type} />;
  }
}

const buttonStyles = ['', 'primary', 'secondary', 'success', 'danger', 'link', 'premium'];

function ComponentButton({ component, message, pendingId }: Props): VNode {
  const { words, actor } = useTools();
  const { label, emoji, style = 2, url, custom_id: customId, disabled = false } = component;
  const kind = buttonStyles[style] ?? 'secondary';
  const inside = (
    <>
      {emoji && <span class="emoji">{emoji.id ? `:${emoji.name ?? ''}:` : emoji.name}</span>}
      {label !== undefined && <span>{label}</span>}
    </>
  );
  const address = url === undefined ? undefined : checkAddress(url);
  if (address !== undefined) {
    return (
      <a class="button link-button" href={address} target="_blank" rel="noopener noreferrer">
        {inside}
        <Icon name="external" />
        <span class="heard">{words.opensInNewTab}</span>
      </a>
    );
  }
  const isPending = customId !== undefined && pendingId === customId;
  return (
    <button
      type="button"
      class={`button ${kind} ${isPending ? 'pending' : ''}`}
      // Not `disabled` while it waits: that would take the focus away.
      aria-disabled={pendingId !== undefined ? true : undefined}
      aria-busy={isPending ? true : undefined}
      disabled={disabled || customId === undefined}
      onClick={() => {
        if (pendingId === undefined && customId !== undefined) actor.press(message, { type: component.type, customId });
      }}
    >
      {inside}
    </button>
  );
}

function MediaView(props: {
  readonly media: Media;
  readonly message: Message;
  readonly description?: string | null | undefined;
  readonly spoiler?: boolean | undefined;
  readonly kind: string;
}): VNode {
  const { words } = useTools();
  const url = resolveAttachment(props.media.url, props.message.attachments);
  const file = props.message.attachments.find((one) => one.url === url);
  return (
    <div class={`media ${props.kind}`}>
      <Concealed isHidden={props.spoiler ?? false}>
        <Picture
          url={url}
          name={props.description ?? file?.description ?? file?.filename ?? words.image}
          width={file?.width}
          height={file?.height}
        />
      </Concealed>
    </div>
  );
}

/** Shows what is inside only when it is asked to. */
function Concealed({ isHidden, children }: { readonly isHidden: boolean; readonly children: VNode | VNode[] }): VNode {
  const { words } = useTools();
  const [open, setOpen] = useState(!isHidden);
  if (open) return <>{children}</>;
  return (
    <button
      type="button"
      class="concealed"
      onClick={() => {
        setOpen(true);
      }}
    >
      <Icon name="hidden" /> {words.spoiler}
    </button>
  );
}
