import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { useTools } from '../context.ts';
import { Icon } from './icons.tsx';

/** The files that will go with the next message. */
export function FileTray(props: {
  readonly files: readonly File[];
  readonly onRemove: (index: number) => void;
}): VNode | null {
  const { words, format } = useTools();
  const { files, onRemove } = props;
  if (files.length === 0) return null;
  return (
    <ul class="tray" aria-label={words.filesToSend}>
      {files.map((file, index) => (
        <li key={`${file.name} ${file.size} ${file.lastModified}`}>
          <Thumbnail file={file} />
          <span class="file-name">{file.name}</span>
          <span class="file-size">{format.size(file.size)}</span>
          <button type="button" class="plain" aria-label={words.removeFile(file.name)} onClick={() => onRemove(index)}>
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Thumbnail({ file }: { readonly file: File }): VNode {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!/^image\/(?:png|jpeg|gif|webp|avif)$/.test(file.type)) return undefined;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => {
      URL.revokeObjectURL(made);
    };
  }, [file]);
  return url === undefined ? (
    <span class="thumbnail">
      <Icon name="file" />
    </span>
  ) : (
    <img class="thumbnail" src={url} alt="" />
  );
}
