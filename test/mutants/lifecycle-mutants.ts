import type { Mutant } from './mutant.ts';

const staysDown = { file: 'test/bridge/session/managed-session-stays-down.test.ts' };
const restart = { file: 'test/bridge/session/managed-session-restart.test.ts' };

/** Mistakes around sessions that somebody stops, starts and restarts. */
export const lifecycleMutants: readonly Mutant[] = [
  {
    name: 'full-stop-forgets-the-wish',
    breaks: 'what was stopped by its number is started again after a full stop (I8)',
    changes: [
      {
        file: 'src/bridge/session/session-life.ts',
        find: `  fullStop(): void {
`,
        replace: `  fullStop(): void {
    this.#forget('asked');
`,
      },
    ],
    killers: [staysDown],
  },
  {
    name: 'end-before-the-wish',
    breaks: 'an agent is ended although the wish to stop it is not on disk (I1)',
    changes: [
      {
        file: 'src/bridge/session/agent-keeper.ts',
        find: `    if (stays) this.#life.askedToStop();
    else this.#life.fullStop();
`,
        replace: `    await this.#hand.drop()?.stop();
    if (stays) this.#life.askedToStop();
    else this.#life.fullStop();
`,
      },
    ],
    killers: [staysDown],
  },
  {
    name: 'half-a-stop',
    breaks: 'an agent whose end a killed bridge owed lives on without a keeper',
    changes: [
      {
        file: 'src/bridge/session/managed-session.ts',
        find: "if (this.staysDown === 'asked') await this.#keeper.finishStop();",
        replace: '',
      },
    ],
    killers: [staysDown],
  },
  {
    name: 'restart-what-is-stopped',
    breaks: 'a restart that was decided before a stop brings the session up after it (I8)',
    changes: [
      {
        file: 'src/bridge/session/managed-session.ts',
        find: "if (this.record.lifecycle === 'stopped') {",
        replace: "if (this.record.lifecycle === 'failed') {",
      },
    ],
    killers: [restart, staysDown],
  },
  {
    name: 'no-lull',
    breaks: 'a restart when idle never comes while messages wait',
    changes: [
      {
        file: 'src/bridge/session/managed-session.ts',
        find: "held: () => (this.#lull.isHeld ? 'a restart' : ",
        replace: 'held: () => (',
      },
    ],
    killers: [restart],
  },
  {
    name: 'start-everything',
    breaks: 'a start of some sessions starts the others too',
    changes: [
      {
        file: 'src/bridge/session/session-manager.ts',
        find: "const others = wish === 'usual' ? 'usual' : 'if-alive';",
        replace: "const others = 'usual';",
      },
    ],
    killers: [{ file: 'test/bridge/session/session-manager.test.ts' }],
  },
];
