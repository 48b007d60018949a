import type { Mutant } from './mutant.ts';

const archive = { file: 'test/backup/check-archive.test.ts' };
const unpacked = { file: 'test/backup/check-unpacked.test.ts' };
const restore = { file: 'test/backup/restore.test.ts' };
const changes = { file: 'test/storage/file-changes.test.ts' };
const migrate = { file: 'test/migration/migrate.test.ts' };

/** Mistakes around backups, migrations, and what the bridge does about errors. */
export const stateMutants: readonly Mutant[] = [
  {
    name: 'believe-an-archive',
    breaks: 'a file of a backup that was changed is restored',
    changes: [
      {
        file: 'src/backup/check-archive.ts',
        find: ' || one.sha256 !== sha256)',
        replace: " || sha256 === '')",
      },
    ],
    killers: [archive],
  },
  {
    name: 'out-of-the-archive',
    breaks: 'a backup writes wherever its paths lead',
    changes: [
      {
        file: 'src/backup/archive-reader.ts',
        find: "name !== '' && name !== '.' && name !== '..'",
        replace: "name !== '..' || name !== '.'",
      },
    ],
    killers: [archive],
  },
  {
    name: 'links-are-files',
    breaks: 'a link in a backup is taken for a file',
    changes: [
      {
        file: 'src/backup/archive-reader.ts',
        find: '  if (kind === undefined) throw backupDamaged(',
        replace: '  if (path === "") throw backupDamaged(',
      },
    ],
    killers: [archive],
  },
  {
    name: 'what-is-on-no-list',
    breaks: 'a file that somebody put into a backup is restored',
    changes: [
      {
        file: 'src/backup/check-archive.ts',
        find: '  if (extra !== undefined) throw',
        replace: "  if (extra === '') throw",
      },
    ],
    killers: [archive],
  },
  {
    name: 'a-lock-from-a-backup',
    breaks: 'a lock or a journal that somebody put into a backup, with its hash on the list, is restored',
    changes: [
      {
        file: 'src/backup/check-unpacked.ts',
        find: '!hasPlace(path) || isDatabase(path) !== isListed',
        replace: 'isDatabase(path) !== isListed',
      },
    ],
    killers: [unpacked],
  },
  {
    name: 'a-database-that-is-listed-nowhere',
    breaks: 'a database that somebody put into a backup is restored without a look into it',
    changes: [
      {
        file: 'src/backup/check-unpacked.ts',
        find: '!hasPlace(path) || isDatabase(path) !== isListed',
        replace: "!hasPlace(path) || (isListed && file === '')",
      },
    ],
    killers: [unpacked],
  },
  {
    name: 'a-directory-for-a-lock',
    breaks: 'a directory in the place of a lock or of a journal comes out of a backup, and no bridge starts any more',
    changes: [
      {
        file: 'src/backup/check-unpacked.ts',
        find: '  for (const { path } of backup.manifest.directories) refuseDirectory(path, backup);\n',
        replace: '',
      },
    ],
    killers: [unpacked],
  },
  {
    name: 'rows-are-not-counted',
    breaks: 'a database that holds other rows than its list says is restored',
    changes: [
      {
        file: 'src/backup/check-unpacked.ts',
        find: 'found.version !== version || !sameRows(found.rows, rows)',
        replace: 'found.version !== version || !sameRows(found.rows, found.rows)',
      },
    ],
    killers: [unpacked],
  },
  {
    name: 'below-a-running-bridge',
    breaks: 'the files of a running bridge are exchanged',
    changes: [
      {
        file: 'src/backup/idle-installation.ts',
        find: 'const releaseDaemon = takeDaemonLock(paths.daemonLock);',
        replace: 'const releaseDaemon = (): void => undefined;',
      },
    ],
    killers: [restore, migrate],
  },
  {
    name: 'old-state-thrown-away',
    breaks: 'what came to a place while a restore was interrupted is written over',
    changes: [
      {
        file: 'src/backup/exchange.ts',
        find: 'move(place, freePath(aside), touched)',
        replace: 'move(place, aside, touched)',
      },
    ],
    killers: [restore],
  },
  {
    name: 'sent-twice-after-a-restore',
    breaks: 'what waited when a backup was made, and was done since, is done again (I4)',
    changes: [
      {
        file: 'src/backup/restore.ts',
        find: 'if (isState(paths, path)) markRestored(',
        replace: "if (path === '') markRestored(",
      },
    ],
    killers: [restore],
  },
  {
    name: 'not-read-back',
    breaks: 'changed files are not read back before the old ones go (MS-12)',
    changes: [
      {
        file: 'src/storage/file-changes.ts',
        find: '      verify(journal);\n',
        replace: '',
      },
    ],
    killers: [changes],
  },
  {
    name: 'no-way-back',
    breaks: 'half of a migration that failed stays',
    changes: [
      {
        file: 'src/storage/file-changes.ts',
        find: '      if (journal) this.#undo(journal);\n      else rmSync',
        replace: '      if (!journal) rmSync',
      },
    ],
    killers: [changes],
  },
  {
    name: 'undo-what-others-did',
    breaks: 'what somebody put in a place meanwhile is removed when the change is undone',
    changes: [
      {
        file: 'src/storage/file-change.ts',
        find: 'const isOurs = isThere(target) ? isFileWith(target, sha256) : replaces !== null;',
        replace: "const isOurs = isThere(target) ? sha256 !== '' : replaces !== null;",
      },
    ],
    killers: [changes],
  },
  {
    name: 'half-way-is-enough',
    breaks: 'a change that was killed half way is finished, and not undone',
    changes: [
      {
        file: 'src/storage/file-changes.ts',
        find: "    if (journal?.state === 'committed') {\n      this.#finish",
        replace: '    if (journal) {\n      this.#finish',
      },
    ],
    killers: [changes],
  },
  {
    name: 'removed-and-back-again',
    breaks: 'a session that was removed here comes back with the next migration',
    changes: [
      {
        file: 'migration/002-python-installation.ts',
        find: 'taken: taken.channels, isGiven',
        replace: 'taken: new Set(), isGiven',
      },
    ],
    killers: [migrate],
  },
  {
    name: 'below-a-running-predecessor',
    breaks: 'files are moved from below the Python bridge while it works with them',
    changes: [
      {
        file: 'migration/migrate.ts',
        find: '    refuseBelowRunning(plan, surroundings);\n',
        replace: '',
      },
    ],
    killers: [migrate],
  },
  {
    name: 'park-nothing',
    breaks: 'what is for a channel that is gone is thrown away instead of waiting',
    changes: [
      {
        file: 'src/error-policy/chat.ts',
        find: `    'park',
    '… was refused: ….',
    'the channel is gone`,
        replace: `    'leave-out',
    '… was refused: ….',
    'the channel is gone`,
      },
    ],
    killers: [{ file: 'test/bridge/outbound/parking.test.ts' }],
  },
  {
    name: 'a-full-disk-counts',
    breaks: 'a message that met a full disk is given up after a few tries',
    changes: [
      {
        file: 'src/error-policy/sessions.ts',
        find: `    ['not-done', 'unknown'],
    'wait',
    'The state file … has no room left …',`,
        replace: `    ['not-done', 'unknown'],
    'none',
    'The state file … has no room left …',`,
      },
    ],
    killers: [
      { file: 'test/bridge/session/managed-session-recovery.test.ts' },
      { file: 'test/bridge/session/conversation-full-disk.test.ts' },
    ],
  },
  {
    name: 'a-lock-is-the-end',
    breaks: 'a message that met a locked state file is given up after a few tries',
    changes: [
      {
        file: 'src/error-policy/sessions.ts',
        find: `    'wait',
    'The state file … is locked by another program …',`,
        replace: `    'none',
    'The state file … is locked by another program …',`,
      },
    ],
    killers: [
      { file: 'test/bridge/session/conversation-full-disk.test.ts' },
      { file: 'test/error-policy/policy.test.ts' },
    ],
  },
  {
    name: 'no-network-is-a-refusal',
    breaks: 'what is to be posted is thrown away while there is no network',
    changes: [
      {
        file: 'src/error-policy/chat.ts',
        find: `    'retry',
    ['… could not be sent for now: ….'`,
        replace: `    'leave-out',
    ['… could not be sent for now: ….'`,
      },
    ],
    killers: [{ file: 'test/bridge/outbound/delivery.test.ts' }, { file: 'test/error-policy/policy.test.ts' }],
  },
];
