import { parseTime } from '../base/clock.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How long ago a time (ISO 8601) was, for a person: `3 min ago`. What is no time stays as it is. */
export function ago(iso: string, now: number): string {
  const time = parseTime(iso);
  if (time === undefined) return iso;
  const passed = now - time;
  return passed < 2 * second ? 'just now' : `${lengthOf(passed)} ago`;
}

/** How long something is still to come, for a person: `in 10 min`. */
export function ahead(iso: string, now: number): string {
  const time = parseTime(iso);
  if (time === undefined) return iso;
  // What is left of the last minute counts as a whole one: nobody minds a second.
  return time <= now ? 'now' : `in ${lengthOf(time - now + second)}`;
}

/** A length of time in one unit, rounded down; milliseconds in. */
function lengthOf(passed: number): string {
  if (passed < minute) return `${Math.floor(passed / second)} s`;
  if (passed < hour) return `${Math.floor(passed / minute)} min`;
  if (passed < 2 * day) return `${Math.floor(passed / hour)} h`;
  return `${Math.floor(passed / day)} days`;
}
