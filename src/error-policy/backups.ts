import { refused, row } from './row.ts';

/** What goes wrong when an installation is stored in one file, or put back. */
export const backups = {
  'backup-nothing': refused(
    'There is nothing to back up at ….',
    '`BRIDGE_HOME` names a directory in which no bridge ever ran',
    'Set `BRIDGE_HOME` to the home of the bridge.',
  ),
  'backup-exists': refused(
    '… is there already; nothing is written over it.',
    '',
    'Choose another name, or remove the file.',
  ),
  'backup-running': refused('Another backup or restore of this installation is under way.', '', 'Wait for its end.'),
  'backup-unwritable': refused(
    'The backup … cannot be written (…).',
    'no room on the disk (`ENOSPC`), or no permission',
    'Make room, or write it elsewhere: `vai backup --to FILE`.',
  ),
  'backup-unreadable': refused(
    ['… cannot go into the backup: …', '… cannot be read (…).', 'There is no backup ….'],
    'the file belongs to another user, or is not there',
    'Run the command as the user of the bridge; `vai doctor` looks at its files, `vai backup --list` shows the backups.',
  ),
  'backup-damaged': refused(
    '… is damaged or no backup: …',
    'it was cut off or changed since it was made, or the disk fails',
    'Nothing was changed. Use another backup: `vai backup --list`.',
  ),
  'backup-too-new': refused(
    '… was made by version …, in a newer form.',
    'the code is older than the backup',
    'Nothing was changed. Install that version of the bridge, or a newer one, first.',
  ),
  'bridge-running': refused(
    'The bridge of … runs; its files cannot be exchanged.',
    '',
    'Stop it and its agents first: `vai stop`.',
  ),
  'agents-running': refused(
    'Agents still run without their bridge: ….',
    'the bridge was stopped with `--keep-sessions`, or was killed',
    'End them: `vai start`, then `vai stop`; or restore with `--end-agents`.',
  ),
  'restore-unfinished': row(
    ['not-done', 'unknown'],
    'none',
    [
      'A restore of … was interrupted and is not finished yet.',
      'A restore was interrupted, and …, which says how far it came, cannot be used: …',
    ],
    'the machine or the command ended in the middle',
    'Finish it: `vai restore`, or `vai start`.',
  ),
  'restore-failed': row(
    ['not-done', 'unknown'],
    'none',
    [
      'The backup cannot be unpacked in … (…).',
      'The restore broke off while files were exchanged (…).',
      '… is a file system of its own and cannot be put aside.',
    ],
    'no room on the disk (`ENOSPC`), or no permission',
    'Remove the cause, then do it again; once files were exchanged: `vai restore`, which finishes it.',
  ),
} as const;
