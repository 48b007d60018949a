import { isoTime, parseTime } from '../../base/clock.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** No machine that runs this stands before it. */
const earliest = parseTime('2026-01-01T00:00:00Z') ?? 0;
/** A Date header has whole seconds, and its way takes some more; codes and signatures suffer beyond this. */
const mostSkewMs = 5000;
/** Over this span the two clocks of the machine are compared. */
const spanMs = 100;
const mostDriftMs = 1000;

/** The wall clock: plausible, even, and in step with the chat server; and the time zone of what people read. */
export function timeCheck({ clock, discord, environment }: Surroundings): Check {
  return {
    name: 'the clock',
    group: 'machine',
    run: async () => {
      const findings: Finding[] = [];
      const now = clock.now();
      if (now < earliest) {
        findings.push(fault('clock-impossible', `The clock says ${isoTime(now)}.`, 'sudo timedatectl set-ntp true'));
      }
      const begin = { wall: clock.now(), even: clock.monotonic() };
      await clock.sleep(spanMs);
      const drift = clock.now() - begin.wall - (clock.monotonic() - begin.even);
      if (Math.abs(drift) > mostDriftMs) {
        findings.push(
          fault(
            'clock-impossible',
            `The clock jumped by ${Math.round(drift)} ms within ${spanMs} ms.`,
            'Look at: timedatectl',
          ),
        );
      }
      const answer = await discord?.me();
      const server = answer?.kind === 'ok' ? answer.date : undefined;
      const skew = server === undefined ? undefined : Math.round(clock.now() - server);
      if (skew !== undefined && Math.abs(skew) > mostSkewMs) {
        findings.push(
          fault(
            'clock-wrong',
            `The clock is ${Math.abs(Math.round(skew / 1000))} s ${skew > 0 ? 'ahead of' : 'behind'} the chat server's.`,
            'sudo timedatectl set-ntp true',
          ),
        );
      }
      const zone = environment['TZ'];
      if (zone && !isTimeZone(zone)) {
        findings.push(
          fault('time-zone-unknown', `TZ is "${zone}", which names no time zone.`, 'export TZ=Europe/Berlin'),
        );
      }
      if (findings.length > 0) return findings;
      return [
        good('machine', `The clock says ${isoTime(now)}${skew === undefined ? '' : ", as the chat server's does"}.`),
      ];
    },
  };
}

/** POSIX forms (`UTC0`, `:Europe/Rome`) are fine too. */
function isTimeZone(text: string): boolean {
  if (/^[A-Za-z]{3,}[+-]?\d/.test(text)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text.replace(/^:/, '') });
    return true;
  } catch {
    return false;
  }
}
