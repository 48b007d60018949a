import type { Mutant } from './mutant.ts';

const verify = { file: 'test/observe/audit-verify.test.ts' };
const audit = { file: 'test/observe/audit-file.test.ts' };
const logger = { file: 'test/observe/logger.test.ts' };
const redaction = { file: 'test/observe/redact.test.ts' };

/** Mistakes around the audit, the logs, and what must not stand in them. */
export const logMutants: readonly Mutant[] = [
  {
    name: 'any-line-before',
    breaks: 'a line of the audit that was written anew, with a hash of its own, is not noticed (BX-09)',
    changes: [
      {
        file: 'src/observe/audit-verify.ts',
        find: 'const isFollowed = link.prev === prev || ',
        replace: 'const isFollowed = link.prev !== "" || prev !== "" || ',
      },
    ],
    killers: [verify],
  },
  {
    name: 'hash-of-nothing',
    breaks: 'a line of the audit may be changed: nobody computes its hash again',
    changes: [
      {
        file: 'src/base/hash-chain.ts',
        find: 'isWhole: sha256(head) === hash',
        replace: "isWhole: sha256(head) !== ''",
      },
    ],
    killers: [verify, { file: 'test/base/hash-chain.test.ts' }],
  },
  {
    name: 'numbers-may-skip',
    breaks: 'lines that were taken out of the audit are no gap',
    changes: [
      {
        file: 'src/observe/audit-verify.ts',
        find: '    if (seq > next) {',
        replace: '    if (seq > next + 1_000_000) {',
      },
      {
        file: 'src/observe/audit-verify.ts',
        find: 'const prev = last ? last.hash : this.#oldest.prev;',
        replace: 'const prev = last && seq === next ? last.hash : link.prev;',
      },
    ],
    killers: [verify],
  },
  {
    name: 'cut-off-the-end',
    breaks: 'the last lines can be taken off the audit unnoticed',
    changes: [
      {
        file: 'src/observe/audit-verify.ts',
        find: '    readAuditHead(headPath),\n',
        replace: '    readAuditHead(`${headPath}.none`),\n',
      },
    ],
    killers: [verify],
  },
  {
    name: 'start-without-the-end',
    breaks: 'what was taken off the audit while the bridge was down is not marked by the next one',
    changes: [
      {
        file: 'src/observe/audit-file.ts',
        find: 'const expected = this.#known?.tip ?? this.#head.read();',
        replace: 'const expected = this.#known?.tip;',
      },
    ],
    killers: [audit],
  },
  {
    name: 'any-oldest-file',
    breaks: 'the oldest files of the audit can be taken away: whatever is there counts as the oldest that is kept',
    changes: [
      {
        file: 'src/observe/audit-verify.ts',
        find: 'const next = last ? last.seq + 1 : this.#oldest.seq;',
        replace: 'const next = last ? last.seq + 1 : seq;',
      },
      {
        file: 'src/observe/audit-verify.ts',
        find: 'const prev = last ? last.hash : this.#oldest.prev;',
        replace: 'const prev = last ? last.hash : link.prev;',
      },
    ],
    killers: [verify],
  },
  {
    name: 'torn-excuses-everything',
    breaks: 'a line that somebody put before the mark of a torn one counts as that torn one',
    changes: [
      {
        file: 'src/observe/audit-verify.ts',
        find: "if (mark?.mark === 'torn' && mark.of === of && strange.length === 1 && !isJson(only)) return;",
        replace: "if (mark?.mark === 'torn') return;",
      },
    ],
    killers: [verify],
  },
  {
    name: 'heal-in-silence',
    breaks: 'that a line was cut by a kill is nowhere said',
    changes: [
      {
        file: 'src/observe/audit-file.ts',
        find: "    if (torn) this.#mark({ mark: 'torn', ...torn });\n",
        replace: '',
      },
    ],
    killers: [audit],
  },
  {
    name: 'lost-lines-untold',
    breaks: 'lines that a full disk cost are missing from the audit without a word in it',
    changes: [
      {
        file: 'src/observe/audit-file.ts',
        find: 'if (lost > 0) this.#mark(',
        replace: 'if (lost < 0) this.#mark(',
      },
    ],
    killers: [audit],
  },
  {
    name: 'steer-by-the-log',
    breaks: 'whoever looks at a log has their terminal steered by a name in it',
    changes: [
      {
        file: 'src/observe/logger.ts',
        find: '`${oneLine(this.#options.redact(whole.length > longestLine ? shortened(whole) : whole))}\\n`',
        replace: '`${this.#options.redact(whole.length > longestLine ? shortened(whole) : oneLine("") + whole)}\\n`',
      },
    ],
    killers: [logger],
  },
  {
    name: 'steer-by-the-audit',
    breaks: 'whoever looks at the audit has their terminal steered by a name in it',
    changes: [
      {
        file: 'src/observe/audit-file.ts',
        find: '(json) => oneLine(redact(json))',
        replace: '(json) => oneLine("") + redact(json)',
      },
    ],
    killers: [audit],
  },
  {
    name: 'agent-keys-may-be-read',
    breaks: 'the key of an agent that stands in an error stands in the log',
    changes: [
      {
        file: 'src/observe/redact.ts',
        find: '  /\\bsk-[\\w-]{16,}/g,\n',
        replace: '',
      },
    ],
    killers: [redaction],
  },
  {
    name: 'a-secret-within-json',
    breaks: 'a secret in JSON that an error quotes stands in the log',
    changes: [
      {
        file: 'src/observe/redact.ts',
        find: '    JSON.stringify(escaped).slice(1, -1),\n',
        replace: '',
      },
    ],
    killers: [redaction],
  },
  {
    name: 'logs-for-ever',
    breaks: 'no piece of a log is ever removed, until the disk is full (I11)',
    changes: [
      {
        file: 'src/observe/rolled-retention.ts',
        find: 'others.length + 1 - keep)',
        replace: 'others.length + 1 - 1_000 * keep)',
      },
    ],
    killers: [{ file: 'test/observe/rolled-file.test.ts' }],
  },
];
