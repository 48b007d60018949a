import { Attachments } from '../attachments/attachments.ts';
import { removeUnfinishedFiles } from '../attachments/tidy.ts';
import { newHex } from '../base/ids.ts';
import { MessageFiles } from '../bridge/attachments/message-files.ts';
import type { MessageFilesOptions } from '../bridge/attachments/message-files.ts';
import { fileWordsIn } from '../bridge/words/files.ts';
import { inheritedEnvironment } from '../config/agent-environment.ts';
import type { ChatTransport } from '../contracts/chat.ts';
import type { Stores } from '../contracts/stores.ts';
import type { Ground } from './ground.ts';

export interface FilesOptions extends Pick<MessageFilesOptions, 'onOutbox' | 'onReady'> {
  readonly stores: Stores;
  readonly transport: Pick<ChatTransport, 'freshMessage'>;
}

/** Puts together how the files of messages come in. Fetches nothing yet; what a killed daemon left half-written goes. */
export function furnishFiles(
  { paths, environment, config, clock, log }: Ground,
  { stores, transport, onOutbox, onReady }: FilesOptions,
): MessageFiles {
  const { attachmentsMaxSize: maxSize, attachmentsQuota: quota, attachmentsTranscribe: transcribe } = config;
  const left = removeUnfinishedFiles(paths.attachments);
  if (left > 0) log.info({ count: left }, 'half-written files of the last run removed');
  const folders = new Attachments({
    directory: paths.attachments,
    maxSize,
    quota,
    transcribe,
    environment: inheritedEnvironment(environment),
    clock,
    mark: () => newHex(6),
  });
  return new MessageFiles({
    stores,
    folders,
    freshMessage: (channel, messageId) => transport.freshMessage(channel, messageId),
    words: fileWordsIn(config.language),
    limits: { maxSize, quota },
    clock,
    log,
    onOutbox,
    onReady,
  });
}
