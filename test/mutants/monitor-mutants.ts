import type { Mutant } from './mutant.ts';

const policy = { file: 'test/bridge/monitor/alert-policy.test.ts' };
const book = { file: 'test/bridge/monitor/alert-book.test.ts' };
const monitor = { file: 'test/bridge/monitor/resource-monitor.test.ts' };
const trees = { file: 'test/measure/measure-trees.test.ts' };

/** Mistakes around what sessions take, and who hears of it. */
export const monitorMutants: readonly Mutant[] = [
  {
    name: 'no-hysteresis',
    breaks: 'what wavers around a threshold is told every five minutes',
    changes: [
      {
        file: 'src/bridge/monitor/alert-policy.ts',
        find: 'about.limit * backRatio : about.limit;',
        replace: 'about.limit : about.limit;',
      },
    ],
    killers: [policy],
  },
  {
    name: 'told-with-every-look',
    breaks: 'an alert is told with every look, not once when it is crossed',
    changes: [
      {
        file: 'src/bridge/monitor/alert-policy.ts',
        find: 'crossed: now.filter((alert) => !find(before, alert)), over',
        replace: 'crossed: now, over',
      },
    ],
    killers: [policy],
  },
  {
    name: 'alerts-of-a-daemon',
    breaks: 'with every start of the bridge open alerts are told again, and a throttled session is let go on',
    changes: [
      {
        file: 'src/bridge/monitor/alert-book.ts',
        find: "JSON.parse(this.#options.stores.facts.get(factName) ?? '[]')",
        replace: "JSON.parse('[]')",
      },
    ],
    killers: [book, monitor],
  },
  {
    name: 'throttled-behind-their-back',
    breaks: 'whose messages wait is not told, where there is a channel for the owner',
    changes: [
      {
        file: 'src/bridge/monitor/alert-book.ts',
        find: '[own, opsChannel] : [opsChannel ?? own]',
        replace: '[opsChannel ?? own] : [opsChannel ?? own]',
      },
    ],
    killers: [book],
  },
  {
    name: 'never-held-back',
    breaks: 'a session over its limit is given more work until the machine has no memory left',
    changes: [
      {
        file: 'src/bridge/monitor/resource-monitor.ts',
        find: 'return this.#throttled(session) && tooMuchMemory;',
        replace: 'return this.#throttled(session) && undefined;',
      },
    ],
    killers: [monitor],
  },
  {
    name: 'never-released',
    breaks: 'messages that waited for memory wait on until somebody writes another one',
    changes: [
      {
        file: 'src/bridge/monitor/resource-monitor.ts',
        find: '    if (released.size > 0) onReleased([...released]);\n',
        replace: '    if (released.size < 0) onReleased([...released]);\n',
      },
    ],
    killers: [monitor],
  },
  {
    name: 'released-by-the-hour',
    breaks: 'who waits for memory is not looked at before the next sample is kept',
    changes: [
      {
        file: 'src/bridge/monitor/resource-monitor.ts',
        find: "kind === 'throttled')) void this.#watch();",
        replace: "kind === 'disk')) void this.#watch();",
      },
    ],
    killers: [monitor],
  },
  {
    name: 'held-back-blindly',
    breaks: 'messages wait for ever because memory cannot be measured any more',
    changes: [
      {
        file: 'src/bridge/monitor/resource-monitor.ts',
        find: 'return isBlind ? undefined : this.#options',
        replace: 'return isBlind && session < 0 ? undefined : this.#options',
      },
    ],
    killers: [monitor],
  },
  {
    name: 'nobody-is-asked-whether-it-waits',
    breaks: 'sessions are measured, and go on whatever they take',
    changes: [
      {
        file: 'src/compose/house.ts',
        find: 'heldBack: (session) => monitor.heldBack(session),',
        replace: 'heldBack: (session) => (session < 0 ? monitor.heldBack(session) : undefined),',
      },
    ],
    killers: [{ file: 'test/e2e/monitor.test.ts' }],
  },
  {
    name: 'children-of-nobody',
    breaks: 'a process that lost its parent is counted to no session',
    changes: [
      {
        file: 'src/measure/measure-trees.ts',
        find: 'take(tree, leaderOf(index, root, never));',
        replace: 'take(tree, root);',
      },
    ],
    killers: [trees],
  },
  {
    name: 'strays-are-free',
    breaks: 'a process that left its session and lost its parent is counted to no session',
    changes: [
      {
        file: 'src/measure/measure-trees.ts',
        find: '{ value, of: markOf }, never)) take(tree, entry);',
        replace: '{ value: `no ${value}`, of: markOf }, never)) take(tree, entry);',
      },
    ],
    killers: [trees],
  },
  {
    name: 'strays-live-on',
    breaks: 'a process that left its session and lost its parent outlives the stop of its agent',
    changes: [
      {
        file: 'src/base/process-tree.ts',
        find: 'new Set([...above, ...alive.keys()]), mark)) take(entry);',
        replace: 'new Set([...above, ...alive.keys()]), mark)) if (entry.pid < 0) take(entry);',
      },
    ],
    killers: [{ file: 'test/base/process-tree.test.ts' }],
  },
];
