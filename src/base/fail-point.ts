import { env, kill, pid } from 'node:process';

/** `name` or `name#3`: which point, and at which of its passages. */
const wanted = /^(?<name>.+?)(?:#(?<passage>[1-9]\d*))?$/.exec(env['BRIDGE_FAIL_POINT'] ?? '')?.groups;

let passagesLeft = Number(wanted?.['passage'] ?? 1);

/**
 * A place where the process may die at any time, by name. Does nothing, unless `BRIDGE_FAIL_POINT` names this place:
 * then the process is killed here, as by `kill -9`. So tests prove what a crash at exactly this place leaves behind.
 */
export function failPoint(name: string): void {
  if (name !== wanted?.['name']) return;
  passagesLeft -= 1;
  if (passagesLeft === 0) kill(pid, 'SIGKILL');
}
