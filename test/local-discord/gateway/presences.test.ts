import { expect, it } from 'vitest';

import { Presences } from '../../../src/local-discord/gateway/presences.ts';
import { RawGateway } from '../../conformance/raw-gateway.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { runningServer } from '../running-server.ts';

function watched(): { presences: Presences; clock: ManualClock; told: string[] } {
  const clock = new ManualClock();
  const told: string[] = [];
  const onChange = (user: string, isPresent: boolean): void => {
    told.push(`${user} ${isPresent ? 'came' : 'left'}`);
  };
  return { presences: new Presences({ clock, onChange }), clock, told };
}

it('somebody who comes and goes is told of once each', async () => {
  const { presences, clock, told } = watched();
  presences.note('bot', true);
  presences.note('bot', true);
  expect(presences.all()).toEqual(['bot']);
  presences.note('bot', false);
  presences.note('bot', false);
  expect(told).toEqual(['bot came']);
  await clock.advance(5000);
  expect(told).toEqual(['bot came', 'bot left']);
  expect(presences.all()).toEqual([]);
});

it('who is back within five seconds was never away', async () => {
  const { presences, clock, told } = watched();
  presences.note('bot', true);
  presences.note('bot', false);
  await clock.advance(4999);
  presences.note('bot', true);
  await clock.advance(60_000);
  expect(told).toEqual(['bot came']);
});

it('who was never here does not leave, and after the end nobody does', async () => {
  const { presences, clock, told } = watched();
  presences.note('stranger', false);
  presences.note('bot', true);
  presences.note('bot', false);
  presences.close();
  await clock.advance(60_000);
  expect(told).toEqual(['bot came']);
});

it('a client for people is told whether the bot is here; a bot is not told when the page is open', async () => {
  const clock = new ManualClock();
  const { target } = await runningServer({ clock });
  const guildsAndPresences = 1 | (1 << 8);
  const bot = await RawGateway.open(target);
  await bot.begin(target.botToken, guildsAndPresences);
  const person = await RawGateway.open(target);
  person.identify(target.userToken!);
  expect((await person.event('GUILD_CREATE')).d.presences).toMatchObject([{ status: 'online' }]);
  expect(bot.frames.filter(({ t }) => t === 'PRESENCE_UPDATE')).toHaveLength(1); // its own
  bot.close();
  const hasHeard = async (status: string): Promise<boolean> => {
    await clock.advance(1000);
    return person.frames.some(({ t, d }) => t === 'PRESENCE_UPDATE' && d.status === status);
  };
  await expect.poll(() => hasHeard('offline')).toBe(true);
  const again = await RawGateway.open(target);
  await again.begin(target.botToken, guildsAndPresences);
  await expect.poll(() => hasHeard('online')).toBe(true);
  again.close();
  person.close();
});
