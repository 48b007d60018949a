/**
 * Who may import whom. These tables are the documentation; `architecture.test.ts` holds every file to them.
 * Paths are relative to `src/`; a folder stands for everything in it.
 */
export interface Ring {
  /** Folders and files of ours that may be imported. A ring may always import itself. */
  readonly may: readonly string[];
  /** Of these, only types. */
  readonly typesOnly?: readonly string[];
  /** Libraries. */
  readonly packages: readonly string[];
  /** Modules of Node; `any` is any but the exclusive ones below. */
  readonly node: 'any' | readonly string[];
  readonly why: string;
}

const inner = ['contracts', 'model', 'base', 'error-policy'];

/** What everything beside the daemon may import: the ground, the language, the settings, and the words of contracts. */
const outside = ['base', 'model', 'config', 'contracts', 'error-policy'];

/** A room of the bridge: it may use the words, and the rooms that are named. */
function room(why: string, ...rooms: readonly string[]): Ring {
  const ours = ['words.ts', 'words', ...rooms].map((name) => `bridge/${name}`);
  return { may: [...inner, ...ours], packages: [], node: ['node:crypto'], why };
}

/**
 * From the inside out. `folder/*` is a rule for each folder inside: they may not import one another. The most precise
 * name wins.
 */
export const rings: Readonly<Record<string, Ring>> = {
  'error-policy': {
    may: [],
    packages: [],
    node: [],
    why: 'One table: what every error means, and what follows. Data that everybody may read; it knows nobody.',
  },
  base: {
    may: ['error-policy'],
    packages: ['execa'],
    node: 'any',
    why: 'The ground: no word of the project but the table of errors.',
  },
  model: {
    may: ['base', 'error-policy'],
    packages: [],
    node: [],
    why: 'The language: data and pure rules; no input or output, no clock.',
  },
  contracts: {
    may: ['model', 'base', 'error-policy'],
    typesOnly: ['model', 'base', 'error-policy'],
    packages: [],
    node: [],
    why: 'What the bridge needs from the world, and the world from the bridge. Types only.',
  },
  bridge: {
    may: inner,
    packages: [],
    node: ['node:crypto'],
    why: 'The middle: knows nobody by name, and reaches the world through contracts only. Its rooms are below.',
  },
  'bridge/access': room('Who may do what: asked here by every other room.'),
  'bridge/inbound': room('What people say, on its way to the inbox.', 'access'),
  'bridge/outbound': room('What is stored to be said, on its way to channels.'),
  'bridge/prompts': room('What agents ask: shown in cards, decided by whoever may.', 'access'),
  'bridge/replies': room('What agents say and do, told to channels.', 'prompts'),
  'bridge/offers': room('Files that agents name, for people who want them.', 'access'),
  'bridge/catch-up': room('What was said while nobody listened.', 'access', 'inbound', 'outbound', 'replies'),
  'bridge/attachments': room('The files that come with messages, on their way to the agent.', 'replies'),
  'bridge/session': room('One agent, its terminal, and the messages for it.', 'attachments', 'replies', 'prompts'),
  'bridge/recovery': room('Sessions that live and do not move: looked at, and set going again.', 'replies', 'session'),
  'bridge/monitor': room('What sessions take: measured, told when it is too much.', 'replies', 'session'),
  'bridge/desks': room(
    'What the API answers, by subject.',
    'attachments',
    'session',
    'recovery',
    'monitor',
    'replies',
    'catch-up',
    'inbound',
    'access',
    'prompts',
  ),
  discord: { may: inner, packages: ['discord.js', 'discord-api-types', 'zod'], node: 'any', why: 'Adapter: a chat.' },
  'local-discord': {
    may: inner,
    packages: ['discord-api-types', 'ws', 'zod'],
    node: 'any',
    why: 'A server of its own; the transport does not know that it talks to this one.',
  },
  'local-discord/page': {
    may: ['base/clock.ts'],
    packages: ['discord-api-types', 'highlight.js', 'preact'],
    node: [],
    why: 'Runs in a browser; speaks to the server as any client of Discord does.',
  },
  'agents/*': {
    may: [...inner, 'agents/mailbox', 'agents/pulse', 'agents/registry.ts'],
    packages: ['zod'],
    node: 'any',
    why: 'Adapters: one folder per driver. They share the mailbox and the pulse, never each other.',
  },
  'agents/mailbox': { may: inner, packages: ['zod'], node: 'any', why: 'How any agent talks to the daemon.' },
  'agents/pulse': { may: inner, packages: [], node: 'any', why: 'Whether an agent in a terminal is there.' },
  'agents/registry.ts': { may: [...inner, 'agents'], packages: [], node: 'any', why: 'Knows all drivers by name.' },
  terminal: { may: inner, packages: [], node: 'any', why: 'Adapter: tmux.' },
  storage: { may: inner, packages: ['proper-lockfile', 'zod'], node: 'any', why: 'Adapter: files and SQLite.' },
  attachments: { may: inner, packages: [], node: 'any', why: 'Adapter: the files that people send.' },
  observe: { may: inner, packages: ['pino', 'pino-roll'], node: 'any', why: 'Adapter: the log.' },
  measure: { may: inner, packages: ['systeminformation'], node: 'any', why: 'Adapter: what processes and disks take.' },
  backup: {
    may: [
      ...inner,
      'config/paths.ts',
      'storage/daemon-lock.ts',
      'storage/database.ts',
      'storage/database-copy.ts',
      'storage/file-changes.ts',
      'storage/file-lock.ts',
      'storage/restored-state.ts',
      'storage/sessions-file.ts',
      'storage/state-paths.ts',
      'local-discord/store/database.ts',
      'terminal/diagnosis.ts',
    ],
    packages: ['tar', 'zod'],
    node: 'any',
    why: 'An installation in one file, and back. Without the daemon, and beside one that runs.',
  },
  config: {
    may: ['model', 'base', 'error-policy'],
    packages: ['proper-lockfile', 'zod'],
    node: 'any',
    why: 'Settings, parsed once. Only those who compose may see them all.',
  },
  control: {
    may: inner,
    packages: ['prom-client', 'ws', 'zod'],
    node: 'any',
    why: 'The way in for programs. It is given a BridgeApi, and does not know the bridge.',
  },
  cli: {
    may: [
      ...outside,
      'control/client.ts',
      'control/protocol.ts',
      'control/wire.ts',
      'control/daemon-record.ts',
      'control/outputs.ts',
      'observe/audit-files.ts',
      'observe/audit-verify.ts',
      'backup',
      'doctor',
      'view',
    ],
    typesOnly: ['contracts'],
    packages: ['commander', 'string-width', 'zod'],
    node: 'any',
    why: 'Speaks to the daemon; touches sessions, tmux and Discord never itself.',
  },
  'cli/setup': {
    may: [
      ...outside,
      'cli',
      'control/client.ts',
      'control/protocol.ts',
      'discord/diagnosis.ts',
      'discord/channel-permissions.ts',
      'storage/sessions-file.ts',
      'storage/session-directories.ts',
      'storage/stores.ts',
    ],
    typesOnly: ['contracts'],
    packages: ['@clack/prompts', 'zod'],
    node: 'any',
    why: 'The wizard writes the map while no daemon does, through the same code, and asks Discord over REST.',
  },
  view: {
    may: ['base', 'model', 'contracts'],
    typesOnly: ['contracts'],
    packages: [],
    node: 'any',
    why: 'Shows terminals side by side in a tmux of its own. It is given the status, and does not ask for it.',
  },
  doctor: {
    may: [
      ...outside,
      'control/client.ts',
      'control/protocol.ts',
      'control/daemon-record.ts',
      'terminal/diagnosis.ts',
      'agents/registry.ts',
      'agents/claude-code/diagnosis.ts',
      'agents/mailbox/diagnosis.ts',
      'discord/diagnosis.ts',
      'discord/channel-permissions.ts',
      'storage/sessions-file.ts',
    ],
    typesOnly: ['contracts'],
    packages: ['zod'],
    node: 'any',
    why: 'Looks, and changes nothing: the rules of config and control, and what adapters tell about themselves.',
  },
  migration: {
    may: [
      ...inner,
      'config',
      'storage',
      'backup/idle-installation.ts',
      'backup/one-at-a-time.ts',
      'terminal/foreign-sessions.ts',
    ],
    typesOnly: ['contracts'],
    packages: ['zod'],
    node: 'any',
    why: 'Outside of src/: numbered steps from what others left to what this version has. Only a command loads them.',
  },
  compose: { may: [''], packages: [], node: 'any', why: 'The one folder that constructs across the others.' },
  'main.ts': { may: [''], packages: [], node: 'any', why: 'The entry.' },
};

/** Rings whose folder is beside `src/`. */
export const outsideOfSrc: readonly string[] = ['migration'];

/** Modules that have one home each. */
export const exclusive: Readonly<Record<string, readonly string[]>> = {
  'discord.js': ['discord'],
  'node:sqlite': ['storage', 'local-discord'],
  'node:child_process': ['base/run-command.ts'],
  execa: ['base/run-command.ts'],
  commander: ['cli'],
  pino: ['observe'],
  'node:timers': [],
  'node:timers/promises': [],
};

/** Files that may import a module whose name is known only at run time, and which one it is. */
export const computedImports: Readonly<Record<string, string>> = {
  'cli/daemon-process.ts': 'main, in the foreground: the command line becomes the daemon',
  'cli/migration-program.ts': 'migration/, which is outside of src/',
};

/** Names that say nothing about what is inside. */
export const emptyNames: readonly string[] = ['utils', 'util', 'helpers', 'lib', 'services', 'types', 'common', 'misc'];

/** Folders under `test/` that mirror no folder of `src/`, and what is in them. */
export const testFolders: Readonly<Record<string, string>> = {
  contracts: 'one suite per contract, run by every implementation',
  fakes: 'honest stand-ins that pass the suites',
  fixtures: 'what others really sent, recorded',
  e2e: 'real processes, from one end to the other',
  conformance: 'runs against any Discord-compatible server',
  bench: 'measurements',
  chaos: 'random scenarios against the whole, and the judge of what came of them',
  soak: 'load for a long time, and the judge of what grew',
  docs: 'the documentation, against the code',
  mutants: 'mistakes that the tests must notice',
};

/** Tests of more than one file of `src/`, or of none, by their path under `test/`: what they test. */
export const testsOfOthers: Readonly<Record<string, string>> = {
  'bridge/access/surfaces-acts.test.ts': 'everybody who takes what people do in chat, against every role',
  'architecture.test.ts': 'the tables of architecture-rules.ts',
  'bridge/access/surfaces.test.ts': 'every way into the bridge, and who may come in there',
  'error-policy/faults.test.ts': 'rows of the error policy that no other test meets',
  'bridge/inbound/bots.test.ts': 'what the intake takes of bots and webhooks',
  'cli/lifecycle.test.ts': 'vai, vai stop, vai restart and vexit together',
  'cli/launchers.test.ts': 'bin/dp, bin/vai, bin/vexit',
  'cli/start-script.test.ts': 'start-bridge.sh',
  'local-discord/security.test.ts': 'what the server and its page refuse',
  'cli/vai-logs.test.ts': 'src/cli/commands/logs.ts, through vai',
  'storage/queries.test.ts': 'what all stores ask of the database, and that it takes no longer with much in it',
  'storage/retention.test.ts': 'what each store still needs of what is old',
  'storage/tally.test.ts': 'what the inbox and the outbox tell whoever counts',
  'storage/trouble.test.ts': 'a full, damaged or locked database, seen from the stores',
};
