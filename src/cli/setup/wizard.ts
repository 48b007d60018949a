import type { WantedSession, SetupTools } from './tools.ts';
import { chooseChannels } from './channels-step.ts';
import { pairOwner } from './pair-step.ts';
import { mappedSessions, saveSessions, saveToken } from './save.ts';
import { findServers } from './server-step.ts';
import { findToken } from './token-step.ts';
import type { GoodToken } from './token-step.ts';

/**
 * Leads a person to a bridge that works on Discord. Everything is asked first and then written at once: whoever leaves
 * before that has changed nothing. What is good already is shown and skipped.
 */
export async function runWizard(tools: SetupTools): Promise<void> {
  const { asker, vai } = tools;
  const mapped = await mappedSessions(tools);
  const token = await findToken(tools);
  if (!token) {
    await tellBuiltInChat(tools);
    return;
  }
  const servers = await findServers(tools, token);
  const wanted = await chooseChannels(tools, token.token, servers, mapped);
  if (!(await agreeAndSave(tools, token, wanted))) return;
  if (!(await offerStart(tools, token))) return;
  await pairOwner(tools, token.bot);
  asker.say(
    `Done. Write something in a channel with a session. What runs: ${vai} status. What is wrong: ${vai} doctor`,
  );
}

/** False when the person does not want it written. */
async function agreeAndSave(tools: SetupTools, token: GoodToken, wanted: readonly WantedSession[]): Promise<boolean> {
  const { asker, paths } = tools;
  if (token.isSet && wanted.length === 0) return true;
  const changes = [
    ...(token.isSet ? [] : [`the token of ${token.bot} into ${paths.envFile}`]),
    ...(wanted.length === 0
      ? []
      : [`${wanted.length === 1 ? 'one session' : `${wanted.length} sessions`} into the map`]),
  ];
  if (!(await asker.confirm(`Write ${changes.join(', and ')}?`, true))) {
    asker.say('Nothing was changed.');
    return false;
  }
  if (!token.isSet) asker.say(saveToken(tools, token.token));
  const numbers = await saveSessions(tools, wanted);
  if (numbers.length > 0) asker.say(`Sessions added: ${numbers.join(', ')}.`);
  return true;
}

/** Brings the bridge to what is written now; false when the person does not want that. */
async function offerStart(tools: SetupTools, token: GoodToken): Promise<boolean> {
  const { asker, bridge, vai } = tools;
  const status = await bridge.status();
  if (status?.chat.kind === 'discord' && status.chat.state === 'ready' && token.isSet) {
    asker.say('The bridge runs, and is connected to Discord.');
    return true;
  }
  const question = status === undefined ? 'Start the bridge now?' : 'Restart the bridge now, so that it uses Discord?';
  if (!(await asker.confirm(question, true))) {
    asker.say(`Later: ${vai} ${status === undefined ? 'start' : 'restart'}; then ${vai} pair`);
    return false;
  }
  await bridge.restart();
  return true;
}

async function tellBuiltInChat({ asker, bridge, vai }: SetupTools): Promise<void> {
  const status = await bridge.status();
  const url = status?.chat.url;
  asker.say(
    'Without Discord the bridge uses its built-in chat, a page in your browser.',
    url === undefined ? `${vai} start prints its address.` : `It is at ${url}`,
    `For Discord at any time: ${vai} setup`,
  );
}
