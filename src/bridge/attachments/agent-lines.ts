import type { FileFailure, FileOutcome, FileSort, MessageFile } from '../../model/message-file.ts';
import { bytesAsWords } from '../words/files.ts';

/** So much of a name is shown, in characters. */
const nameLimit = 100;

const sorts: Readonly<Record<FileSort, string>> = { image: 'image', voice: 'voice message', file: 'file' };

const reasons: Readonly<Record<FileFailure, string>> = {
  'too-large': 'it is larger than the bridge takes',
  'over-quota': "this session's files fill the space that they may have",
  'disk-full': 'the disk is full',
  unwritable: 'it could not be written',
  gone: 'it is not there any more',
  incomplete: 'it came only in part, several times',
  unreachable: 'its server could not be reached',
  refused: 'its server does not give it',
};

/**
 * What an agent is given of a message with files: its words, the text of those that are texts, and a line for each of the
 * others. In English whatever people speak: `docs/inside-a-session.md` tells agents what these lines mean. Pure.
 */
export function withFiles(text: string, files: readonly MessageFile[]): string {
  const parts = files.flatMap((file) => (file.outcome ? linesOf(file, file.outcome) : []));
  return [text, ...parts].filter((part) => part.trim() !== '').join('\n');
}

function linesOf({ name, voiceSeconds }: MessageFile, outcome: FileOutcome): readonly string[] {
  switch (outcome.state) {
    case 'read':
      return [outcome.text];
    case 'failed':
      return [`[attachment "${harmlessName(name)}" could not be fetched: ${reasons[outcome.why]}]`];
    case 'stored': {
      const { path, size, sort, renamed, transcript, transcriptFailed } = outcome;
      const about = [
        `original name "${harmlessName(name)}"`,
        ...(voiceSeconds === undefined ? [] : [`${Math.round(voiceSeconds)} s`]),
        bytesAsWords(size),
        ...(renamed === true ? ['saved under another name than usual because that was taken'] : []),
        ...(transcriptFailed === undefined ? [] : ['there is no transcript: the command for it failed']),
      ];
      const line = `[attached ${sorts[sort]}: ${path} (${about.join(', ')})]`;
      return transcript === undefined || transcript === '' ? [line] : [line, `[what is said in it:]\n${transcript}`];
    }
  }
}

/**
 * A file name as harmless text: one line, nothing that is not seen or turns the writing around, nothing that could end the
 * line it stands in, 100 characters at most.
 */
export function harmlessName(name: string): string {
  const shown = Array.from(
    name
      .toWellFormed()
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"\uFFFD]/gu, '_')
      .replaceAll('[', '(')
      .replaceAll(']', ')'),
  );
  return shown.length <= nameLimit ? shown.join('') : `${shown.slice(0, nameLimit - 1).join('')}…`;
}
