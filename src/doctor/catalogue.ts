/** What is looked at, in the order of the report. */
export const groups = [
  'node',
  'tmux',
  'agent',
  'installation',
  'files',
  'configuration',
  'machine',
  'discord',
  'daemon',
  'leftovers',
] as const;

export type Group = (typeof groups)[number];

/** `problem`: something does not work. `warning`: it will not work well, or not for long. `note`: good to know. */
export type Level = 'ok' | 'note' | 'warning' | 'problem';

interface Entry {
  readonly group: Group;
  readonly level: Exclude<Level, 'ok'>;
  /** What it means, for the table in docs/troubleshooting.md. */
  readonly means: string;
  /** What to do about it, for the same table; `doctor` says it with the values of this machine. */
  readonly cure: string;
}

/** Everything that `vai doctor` can find. The ids are stable: programs rely on them. */
export const catalogue = {
  'check-failed': entry('daemon', 'warning', 'a check itself failed: nothing is known about its subject', 'report it'),
  'check-timeout': entry('daemon', 'warning', 'a check got no answer in time', 'look at what it names; run it again'),

  'node-too-old': entry('node', 'problem', 'the program runs with a Node that is too old', 'start it by `bin/vai`'),
  'node-options-set': entry('node', 'note', '`NODE_OPTIONS` changes how every Node starts', '`unset NODE_OPTIONS`'),

  'tmux-missing': entry('tmux', 'problem', 'no tmux on the PATH', 'install tmux'),
  'tmux-too-old': entry('tmux', 'problem', 'tmux is older than 3.0', 'upgrade tmux'),
  'tmux-locale': entry('tmux', 'problem', 'the machine has no UTF-8 locale, so tmux does not run', 'install a locale'),
  'tmux-silent': entry('tmux', 'problem', 'tmux does not answer', 'run `tmux -V`'),
  'tmux-known-bad': entry('tmux', 'warning', 'this version of tmux can crash by what a program prints', 'upgrade tmux'),
  'shell-not-utf8': entry(
    'tmux',
    'note',
    'this shell is not in UTF-8: `vai attach` shows marks',
    '`export LANG=C.UTF-8`',
  ),

  'agent-missing': entry('agent', 'problem', 'Claude Code is asked for and not there', 'install it; `CLAUDE_COMMAND`'),
  'agent-practice': entry(
    'agent',
    'warning',
    'no Claude Code: the practice agent answers',
    'install it; `vai restart`',
  ),
  'agent-broken': entry('agent', 'problem', 'the agent is there and does not run', 'run `claude --version`'),
  'agent-old': entry('agent', 'warning', 'this version of Claude Code was never tested', '`claude update`'),
  'agent-logged-out': entry('agent', 'problem', 'nobody is logged in at Claude Code', '`claude auth login`'),
  'agent-login-unknown': entry(
    'agent',
    'note',
    'this version does not tell whether it is logged in',
    '`claude update`',
  ),
  'agent-hooks-disabled': entry(
    'agent',
    'problem',
    'settings turn hooks off: no message can be confirmed',
    'take the key out of that file',
  ),
  'agent-refuses-root': entry(
    'agent',
    'problem',
    'Claude Code does not skip permissions for root',
    'another user, or another `PERMISSION_MODE`',
  ),
  'hook-fails': entry('agent', 'problem', 'the hook script does not work here', 'look at `sh`, TMPDIR and the disk'),
  'mailbox-broken': entry('agent', 'problem', 'a part of a session’s mailbox is missing', '`vai restart`'),

  'not-built': entry('installation', 'problem', '`dist/` is missing', '`./start-bridge.sh`'),
  'build-stale': entry('installation', 'warning', '`src/` is newer than `dist/`', '`./start-bridge.sh`, `vai restart`'),
  'packages-missing': entry('installation', 'problem', '`node_modules/` lacks packages', '`npm run setup`'),
  'packages-differ': entry(
    'installation',
    'warning',
    '`node_modules/` has other versions than the lock file',
    '`npm run setup`',
  ),

  'file-open': entry('files', 'problem', 'other users can reach private files', '`chmod 600`, `chmod 700`'),
  'file-of-other': entry('files', 'problem', 'a file belongs to another user', '`chown`'),
  'file-unusable': entry('files', 'problem', 'a file or directory cannot be read or written', '`chmod u+rw`'),

  'config-invalid': entry('configuration', 'problem', 'a setting is wrong: the bridge does not start', 'correct it'),
  'config-warning': entry(
    'configuration',
    'warning',
    'a key or a line is not known, or a file is not private',
    'correct it',
  ),
  'map-invalid': entry('configuration', 'problem', 'a map of sessions is wrong, e.g. a channel twice', 'edit the file'),
  'map-empty': entry('configuration', 'warning', 'a token is set, and no channel has a session', '`vai add-session`'),
  'map-directory-missing': entry('configuration', 'problem', 'a session’s directory is not there', '`mkdir -p`'),
  'map-agent-unknown': entry('configuration', 'problem', 'a session names an agent that there is not', 'edit the file'),
  'map-default-missing': entry(
    'configuration',
    'warning',
    '`DEFAULT_SESSION` is not in the map',
    'set one that is; or take it away',
  ),

  'port-taken': entry('machine', 'problem', 'another program has the chat page’s port', 'set `LOCAL_PORT`'),
  'port-forbidden': entry('machine', 'problem', 'the chat page’s port may not be used', 'set `LOCAL_PORT` above 1023'),
  'metrics-port-taken': entry(
    'machine',
    'warning',
    'the port for health and figures cannot be had',
    'set `METRICS_PORT`',
  ),
  'metrics-port-public': entry(
    'machine',
    'note',
    'health and figures can be read from other machines',
    'a firewall; or no `METRICS_HOST`',
  ),
  'disk-full': entry('machine', 'problem', 'almost no space or files are left on a disk', 'free some'),
  'disk-low': entry('machine', 'warning', 'little space, or few files, are left on a disk', 'free some'),
  'memory-low': entry('machine', 'warning', 'little memory is free', 'fewer sessions, or more memory'),
  'open-files-low': entry('machine', 'warning', 'few files may be open at once', '`ulimit -n 4096`'),
  'watches-spent': entry(
    'machine',
    'problem',
    'the system gives no more file watches',
    'raise `fs.inotify.max_user_instances` and `max_user_watches`',
  ),
  'clock-wrong': entry('machine', 'warning', 'the clock differs from the chat server’s by over 5 s', 'set the clock'),
  'clock-impossible': entry('machine', 'problem', 'the clock stands in the past or runs unevenly', 'set the clock'),
  'time-zone-unknown': entry('machine', 'note', '`TZ` names no time zone', 'set it, e.g. `Europe/Berlin`'),
  'proxy-on-loopback': entry(
    'machine',
    'warning',
    'a proxy is set for this machine’s own addresses too',
    '`export NO_PROXY=127.0.0.1,localhost`',
  ),
  'running-as-root': entry('machine', 'note', 'agents have all rights of root', 'a user of their own'),

  'token-malformed': entry('discord', 'problem', 'the token cannot be one', 'copy it again; `vai setup`'),
  'token-wrong': entry('discord', 'problem', 'Discord does not accept the token', 'Reset Token; `vai setup`'),
  'discord-offline': entry('discord', 'problem', 'Discord cannot be reached; the token may be right', 'the network'),
  'discord-limited': entry('discord', 'warning', 'Discord asks to wait', 'wait, then again'),
  'discord-refused': entry('discord', 'warning', 'Discord did not answer a question', 'again; then report it'),
  'intent-missing': entry(
    'discord',
    'problem',
    'the bot may not read what people write',
    'developer portal → _Bot_ → _Message Content Intent_',
  ),
  'logins-spent': entry('discord', 'problem', 'the bot may not log in again today', 'wait'),
  'logins-low': entry('discord', 'warning', 'few logins are left today', 'find out what restarts so often'),
  'bot-in-no-server': entry('discord', 'problem', 'the bot is in no server', 'open the invite link that is shown'),
  'channel-unseen': entry(
    'discord',
    'problem',
    'the bot cannot see a mapped channel',
    'let it in; or remove the session',
  ),
  'permission-missing': entry('discord', 'problem', 'the bot lacks permissions in a channel', 'give them'),

  'daemon-stopped': entry('daemon', 'note', 'the bridge is not running', '`vai start`'),
  'daemon-silent': entry(
    'daemon',
    'problem',
    'the bridge’s process is there and does not answer',
    '`vai logs`; `kill`',
  ),
  'daemon-forbidden': entry('daemon', 'problem', 'another user runs the bridge', 'use that user'),
  'daemon-other-version': entry('daemon', 'warning', 'the running bridge is of another version', '`vai restart`'),
  'daemon-outdated': entry('daemon', 'warning', 'the bridge was built again after it was started', '`vai restart`'),
  'daemon-older-settings': entry('daemon', 'note', 'settings were changed after the start', '`vai restart`'),
  'daemon-files-gone': entry('daemon', 'problem', 'files of the running bridge were removed', '`vai restart`'),
  'chat-failed': entry('daemon', 'problem', 'the chat connection failed for good', 'what is shown; `vai restart`'),
  'chat-away': entry('daemon', 'warning', 'the chat server is not reached at the moment', 'wait; the network'),
  'nobody-owns': entry('daemon', 'warning', 'nobody owns the bridge: the bot answers nobody', '`vai pair`'),
  'channel-parked': entry('daemon', 'warning', 'channels refuse the bot, what is for them waits', '`vai outbox`'),
  'over-threshold': entry('daemon', 'warning', 'a session, or the machine, takes nearly all it may', '`vai top`'),
  'session-throttled': entry(
    'daemon',
    'warning',
    'a session takes more memory than it may: new messages wait',
    '`vai top`; `vai restart N`',
  ),
  'log-unwritable': entry(
    'daemon',
    'problem',
    'a log or the audit cannot be written; the bridge goes on without it',
    '`df -h logs`; the rights of `logs/`',
  ),
  'measuring-failed': entry('daemon', 'warning', 'what sessions take cannot be measured', '`vai top`; `vai logs`'),
  'limits-not-enforced': entry(
    'daemon',
    'note',
    'the system does not hold agents to their limits of memory; the bridge lets messages wait',
    '`MemoryMax=` in the unit',
  ),
  'metrics-stale': entry('daemon', 'warning', 'samples of what sessions take are written no more', '`vai logs`'),
  'recovered-often': entry(
    'daemon',
    'warning',
    'a session has to be brought back again and again',
    '`vai recover --history N`; `vai logs N`',
  ),
  'session-failed': entry('daemon', 'problem', 'a session was given up', '`vai recover N`'),
  'session-lost': entry('daemon', 'warning', 'a session died and is being restarted', 'wait; `vai logs N`'),
  'session-wants-login': entry('daemon', 'problem', 'a session’s agent is not logged in', '`vai attach N`'),
  'session-wants-trust': entry(
    'daemon',
    'warning',
    'an agent asks whether it may trust its directory',
    '`vai prompts`; or `vai attach N`',
  ),
  'session-waits': entry('daemon', 'note', 'an agent waits for a decision', '`vai prompts`'),
  'session-error': entry('daemon', 'warning', 'an agent reports an error', '`vai attach N`'),

  'socket-stale': entry(
    'leftovers',
    'note',
    'a socket of a bridge that is gone',
    'nothing: the next start replaces it',
  ),
  'record-stale': entry(
    'leftovers',
    'note',
    'the record of a bridge that is gone',
    'nothing: the next start replaces it',
  ),
  'tmux-strangers': entry('leftovers', 'warning', 'agents run that no map knows', '`vai start` ends them'),
  'tmux-elsewhere': entry(
    'leftovers',
    'warning',
    'a tmux server of another run-time directory',
    '`tmux -S SOCKET kill-server`, as it is shown',
  ),
  'orphan-process': entry('leftovers', 'warning', 'processes of sessions that do not run any more', '`kill`'),
  'predecessor-running': entry('leftovers', 'problem', 'the Python bridge runs too: two answers', 'end it'),
  'predecessor-beside': entry(
    'leftovers',
    'note',
    'the Python bridge runs beside the built-in chat',
    'end it before `vai setup`',
  ),
  'predecessor-installed': entry(
    'leftovers',
    'note',
    'the Python bridge is still installed',
    '`vai migrate`; remove it when you like',
  ),
} as const satisfies Readonly<Record<string, Entry>>;

/** What can be wrong. */
export type FaultId = keyof typeof catalogue;

export const faultIds = Object.keys(catalogue) as readonly FaultId[];

function entry(group: Group, level: Entry['level'], means: string, cure: string): Entry {
  return { group, level, means, cure };
}
