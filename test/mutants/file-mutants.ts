import type { Mutant } from './mutant.ts';

/** Mistakes around files that people send, files that agents name, and texts that are quoted. */
export const fileMutants: readonly Mutant[] = [
  {
    name: 'believe-the-announced-size',
    breaks: 'a file that is announced as small fills the disk',
    changes: [
      {
        file: 'src/attachments/download.ts',
        find: '      if (size > limit) throw tooLarge(limit);\n',
        replace: '',
      },
    ],
    killers: [{ file: 'test/attachments/attachments.test.ts' }],
  },
  {
    name: 'take-what-broke-off',
    breaks: 'an agent is given half a file as if it were the whole one',
    changes: [
      {
        file: 'src/attachments/download.ts',
        find: 'if (!response.complete || size < expected) {',
        replace: 'if (size > expected * 1_000_000) {',
      },
    ],
    killers: [{ file: 'test/attachments/download.test.ts' }],
  },
  {
    name: 'leave-the-half-written',
    breaks: 'what broke off stays in the folder',
    changes: [
      {
        file: 'src/attachments/attachments.ts',
        find: '    rmSync(unfinished.path, { force: true });\n',
        replace: '',
      },
    ],
    killers: [{ file: 'test/attachments/attachments.test.ts' }],
  },
  {
    name: 'write-under-the-last-name',
    breaks: 'somebody who looks at a file sees half of it, and a crash leaves half a file under a whole name',
    changes: [
      {
        file: 'src/attachments/session-folder.ts',
        find: 'const path = unfinishedName(final);',
        replace: 'const path = final;',
      },
    ],
    killers: [{ file: 'test/attachments/attachments.test.ts' }],
  },
  {
    name: 'overwrite-what-is-there',
    breaks: 'a file takes the place of another one that has its name',
    changes: [
      {
        file: 'src/attachments/session-folder.ts',
        find: `    linkSync(from, to);
    rmSync(from);
    return true;`,
        replace: `    renameSync(from, to);
    return true;`,
      },
    ],
    killers: [{ file: 'test/attachments/attachments.test.ts' }],
  },
  {
    name: 'no-quota',
    breaks: 'the files of one session fill the disk',
    changes: [
      {
        file: 'src/attachments/session-folder.ts',
        find: 'if (this.#used + this.#reserved + more > this.#quota) {',
        replace: 'if (more > this.#quota) {',
      },
    ],
    killers: [{ file: 'test/attachments/attachments.test.ts' }],
  },
  {
    name: 'trust-an-old-link',
    breaks: 'a file whose link has expired is given up, although its message has a fresh one',
    changes: [
      {
        file: 'src/bridge/attachments/file-fetch.ts',
        find: '            url = fresh;\n',
        replace: '',
      },
    ],
    killers: [{ file: 'test/bridge/attachments/message-files.test.ts' }],
  },
  {
    name: 'do-not-wait-for-files',
    breaks: 'an agent reads a message without the files that came with it',
    changes: [
      {
        file: 'src/bridge/attachments/message-files.ts',
        find: 'return !this.#options.stores.files.isWaiting(message);',
        replace: 'return this.#options.stores.files.isWaiting(message) || message.length > 0;',
      },
    ],
    killers: [{ file: 'test/bridge/session/conversation-files.test.ts' }],
  },
  {
    name: 'offer-hidden-files',
    breaks: 'files whose name begins with a dot are offered to the channel, logins among them',
    changes: [
      {
        file: 'src/model/offerable.ts',
        find: "!part.startsWith('.') && ",
        replace: '',
      },
    ],
    killers: [{ file: 'test/model/offerable.test.ts' }, { file: 'test/storage/file-to-offer.test.ts' }],
  },
  {
    name: 'follow-links-out',
    breaks: 'a link in the working directory leads out of it, and what is there is offered',
    changes: [
      {
        file: 'src/storage/file-to-offer.ts',
        find: 'if (!isInside(inside) || !isInside(saidInside)) return undefined;',
        replace: 'if (!isInside(saidInside)) return undefined;',
      },
      {
        file: 'src/storage/file-to-offer.ts',
        find: 'if (!mayBeOffered(inside) || !mayBeOffered(saidInside)) return undefined;',
        replace: 'if (!mayBeOffered(saidInside)) return undefined;',
      },
      {
        file: 'src/storage/file-to-offer.ts',
        find: 'if (!isWithin(real, { within: [home], outside: closed })) return undefined;',
        replace: "if (!isWithin(real, { within: [home, '/'], outside: closed })) return undefined;",
      },
    ],
    killers: [{ file: 'test/storage/file-to-offer.test.ts' }],
  },
  {
    name: 'post-what-it-is-by-now',
    breaks: 'a press on an offered file posts what has taken its place meanwhile',
    changes: [
      {
        file: 'src/bridge/offers/offer-acts.ts',
        find: 'return file?.path === path ? file : undefined;',
        replace: 'return file;',
      },
    ],
    killers: [{ file: 'test/bridge/offers/offer-acts.test.ts' }],
  },
  {
    name: 'quote-as-it-is',
    breaks: 'a quoted text begins a message of its own, in the name of anybody',
    changes: [
      {
        file: 'src/bridge/inbound/quote-text.ts',
        find: 'const body = withoutForgery(visible(text).trim());',
        replace: 'const body = visible(text).trim();',
      },
    ],
    killers: [{ file: 'test/bridge/inbound/quote-text.test.ts' }],
  },
  {
    name: 'quote-without-marks',
    breaks: 'lines of a quoted text stand alone, as words of who speaks',
    changes: [
      {
        file: 'src/bridge/inbound/quote-text.ts',
        find: 'map((line) => `> ${line}`)',
        replace: 'map((line) => line)',
      },
    ],
    killers: [{ file: 'test/bridge/inbound/quote-text.test.ts' }],
  },
];
