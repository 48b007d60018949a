import type { VNode } from 'preact';
import { useState } from 'preact/hooks';

import { useTools } from '../context.ts';
import { fileAddress, localAddress } from '../local-address.ts';
import type { Attachment } from '../state/payloads.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icons.tsx';

/** Files of a message: pictures, films and sounds in place, others by name and size. */
export function Attachments({ attachments }: { readonly attachments: readonly Attachment[] }): VNode | null {
  if (attachments.length === 0) return null;
  const pictures = attachments.filter((one) => kindOf(one) === 'image');
  const others = attachments.filter((one) => kindOf(one) !== 'image');
  return (
    <div class="attachments">
      {pictures.length > 0 && (
        <div class={`pictures count-${Math.min(pictures.length, 4)}`}>
          {pictures.map(({ id, url, filename, description, width, height }) => (
            <Picture key={id} url={url} name={description ?? filename} width={width} height={height} />
          ))}
        </div>
      )}
      {others.map((attachment) => (
        <OtherFile key={attachment.id} attachment={attachment} />
      ))}
    </div>
  );
}

/** A picture that grows when it is pressed. Its place is kept free while it loads, when its size is known. */
export function Picture(props: {
  readonly url: string;
  readonly name: string;
  readonly width?: number | null | undefined;
  readonly height?: number | null | undefined;
}): VNode {
  const { chat, words } = useTools();
  const [isLarge, setLarge] = useState(false);
  const [fresh, setFresh] = useState<string>();
  const [isBroken, setBroken] = useState(false);
  const address = localAddress(fresh ?? props.url);
  if (address === undefined || isBroken) return <FileLink url={props.url} name={props.name} />;
  const size = props.width && props.height ? { width: props.width, height: props.height } : {};
  const onError = (): void => {
    if (fresh !== undefined) setBroken(true);
    else void chat.refreshAddress(props.url).then((url) => (url === undefined ? setBroken(true) : setFresh(url)));
  };
  return (
    <>
      <button
        type="button"
        class="picture"
        aria-label={words.enlarge(props.name)}
        onClick={() => {
          setLarge(true);
        }}
      >
        <img src={address} alt={props.name} loading="lazy" decoding="async" onError={onError} {...size} />
      </button>
      {isLarge && (
        <Dialog
          title={props.name}
          kind="lightbox"
          onClose={() => {
            setLarge(false);
          }}
        >
          <a href={address} target="_blank" rel="noopener noreferrer">
            <img src={address} alt={props.name} />
          </a>
        </Dialog>
      )}
    </>
  );
}

function OtherFile({ attachment }: { readonly attachment: Attachment }): VNode {
  const { url, filename, size, description } = attachment;
  const address = localAddress(url);
  const kind = kindOf(attachment);
  const label = description ?? filename;
  return (
    <div class="file">
      {kind === 'video' && <video src={address} controls preload="metadata" aria-label={label} />}
      {kind === 'audio' && <audio src={address} controls preload="metadata" aria-label={label} />}
      <FileLink url={url} name={filename} size={size} />
    </div>
  );
}

/** A file by its name. */
export function FileLink({
  url,
  name,
  size,
}: {
  readonly url: string;
  readonly name: string;
  readonly size?: number;
}): VNode {
  const { format } = useTools();
  const address = fileAddress(url);
  return (
    <a
      class="file-link"
      {...(address === undefined ? {} : { href: address })}
      target="_blank"
      rel="noopener noreferrer"
    >
      <Icon name={localAddress(url) === undefined ? 'external' : 'file'} />
      <span class="file-name">{name}</span>
      {size !== undefined && <span class="file-size">{format.size(size)}</span>}
    </a>
  );
}

function kindOf({ content_type: type }: Attachment): 'image' | 'video' | 'audio' | 'other' {
  // SVG is a document with a will of its own: it is a file like others.
  if (/^image\/(?:png|jpeg|gif|webp|avif)\b/.test(type ?? '')) return 'image';
  if (type?.startsWith('video/')) return 'video';
  return type?.startsWith('audio/') ? 'audio' : 'other';
}
