import { parseTime } from '../../base/clock.ts';
import type { SetupTools } from './tools.ts';

/** Between two looks whether the code was typed, in milliseconds. */
const lookEveryMs = 1000;

/** Makes the person the owner of the running bridge: shows the code and waits until somebody typed it to the bot. */
export async function pairOwner(tools: SetupTools, bot: string): Promise<void> {
  const { asker, bridge, vai } = tools;
  const status = await bridge.status();
  if (!status) return;
  if (status.chat.kind === 'discord' && status.chat.owned) {
    asker.say('The bridge has an owner already.');
    return;
  }
  if (status.chat.state === 'failed') {
    asker.say(`The bridge is not connected: ${status.chat.detail ?? 'see the log'}`, `What is wrong: ${vai} doctor`);
    return;
  }
  if (!(await asker.confirm('Become the owner now? Until somebody is, the bot answers nobody', true))) {
    asker.say(`Later: ${vai} pair`);
    return;
  }
  const { code, expires } = await bridge.pair();
  asker.explain('Type this to the bot, in a direct message or a channel that it sees', [code]);
  const done = await asker.wait(`Waiting until you have typed it to ${bot}`, (signal) =>
    pollOwner(tools, parseTime(expires) ?? 0, signal),
  );
  if (done === true) asker.say('You are the owner now.');
  else
    asker.say(
      done === false ? `The code is too old now. A new one: ${vai} pair` : `A new code at any time: ${vai} pair`,
    );
}

/** True when somebody owns the bridge, false when the code has expired. */
async function pollOwner({ bridge, clock }: SetupTools, expires: number, signal: AbortSignal): Promise<boolean> {
  while (clock.now() < expires) {
    if ((await bridge.status())?.chat.owned === true) return true;
    await clock.sleep(lookEveryMs, signal);
  }
  return false;
}
