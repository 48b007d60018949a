import { afterAll, beforeAll, describe } from 'vitest';

import { channelChecks } from './channel-checks.ts';
import type { ConformanceTarget } from './conformance-target.ts';
import { gatewayChecks } from './gateway-checks.ts';
import { historyChecks } from './history-checks.ts';
import { interactionChecks } from './interaction-checks.ts';
import { loginChecks } from './login-checks.ts';
import { messageChecks } from './message-checks.ts';
import { peopleChecks } from './people-checks.ts';
import { personInteractionChecks } from './person-interaction-checks.ts';
import { personChecks } from './person-checks.ts';
import { reactionChecks } from './reaction-checks.ts';
import { threadChecks } from './thread-checks.ts';
import { uploadChecks } from './upload-checks.ts';

/** How the checks reach the server, once it is there. */
export type Reach = () => ConformanceTarget;

/**
 * Registers the checks that every Discord-compatible server must pass: what the bridge relies on, seen by the real,
 * unmodified discord.js and by bare REST and WebSocket.
 *
 * @param withUser whether the target has a person's token: without one, checks that need somebody else are skipped.
 */
export function describeDiscordConformance(
  name: string,
  withUser: boolean,
  start: () => Promise<ConformanceTarget>,
): void {
  describe(`Discord conformance: ${name}`, () => {
    let target: ConformanceTarget | undefined;
    beforeAll(async () => {
      target = await start();
    });
    afterAll(async () => {
      await target?.close?.();
    });
    const reach: Reach = () => {
      if (!target) throw new Error('the server has not started');
      return target;
    };
    describe('login', () => loginChecks(reach));
    describe('messages', () => messageChecks(reach, withUser));
    describe('history', () => historyChecks(reach));
    describe('reactions', () => reactionChecks(reach));
    describe('threads', () => threadChecks(reach, withUser));
    describe('uploads', () => uploadChecks(reach));
    describe('channels', () => channelChecks(reach, withUser));
    describe.skipIf(!withUser)("a person's client", () => personChecks(reach));
    describe('people', () => peopleChecks(reach));
    describe('gateway', () => gatewayChecks(reach, withUser));
    describe('commands and interactions', () => interactionChecks(reach, withUser));
    describe.skipIf(!withUser)('interactions as a person sees them', () => personInteractionChecks(reach));
  });
}
