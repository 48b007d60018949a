import { expect, it } from 'vitest';

import { Presences } from '../../../src/local-discord/gateway/presences.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

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
