import type { Clock } from '../../../src/base/clock.ts';
import type { Log } from '../../../src/base/log.ts';
import { MessageFiles } from '../../../src/bridge/attachments/message-files.ts';
import type { MessageFilesOptions } from '../../../src/bridge/attachments/message-files.ts';
import { fileWordsIn } from '../../../src/bridge/words/files.ts';
import type { Stores } from '../../../src/contracts/stores.ts';
import { HandFolders } from './hand-folders.ts';

/** The files of messages, on real stores, with folders in the hands of the test. */
export function messageFiles(
  base: { readonly stores: Stores; readonly clock: Clock; readonly log: Log },
  change: Partial<MessageFilesOptions> = {},
): { readonly files: MessageFiles; readonly folders: HandFolders } {
  const folders = new HandFolders();
  const files = new MessageFiles({
    ...base,
    folders,
    freshMessage: () => Promise.resolve(undefined),
    words: fileWordsIn('en'),
    limits: { maxSize: 100 * 1024 * 1024, quota: 250 * 1024 * 1024 },
    onOutbox: () => undefined,
    onReady: () => undefined,
    ...change,
  });
  return { files, folders };
}
