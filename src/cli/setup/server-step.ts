import { inviteLink, invitePermissions } from '../../discord/channel-permissions.ts';
import type { GoodToken } from './token-step.ts';
import type { SetupTools } from './tools.ts';
import { permissionNames } from './words.ts';

export interface Server {
  readonly id: string;
  readonly name: string;
}

/** Between two looks whether somebody let the bot in, in milliseconds. */
const lookEveryMs = 2000;

/** Sees to it that the bot is in a server; none when the person does not want to wait for that. */
export async function findServers(
  tools: SetupTools,
  { token, bot, application }: GoodToken,
): Promise<readonly Server[]> {
  const { asker } = tools;
  const link = inviteLink(application.id);
  const found = await serversOf(tools, token);
  if (found.length > 0) {
    asker.say(`${bot} is in: ${found.map(({ name }) => name).join(', ')}.`, `To let it into another server: ${link}`);
    return found;
  }
  asker.explain(`Invite ${bot} to your server`, [
    link,
    '',
    'Open this link, choose your server, "Authorize".',
    `It asks for: ${permissionNames} (${invitePermissions}).`,
  ]);
  const servers = await asker.wait(`Waiting until ${bot} is in a server`, (signal) =>
    pollServers(tools, token, signal),
  );
  if (servers === undefined) return [];
  asker.say(`${bot} is in: ${servers.map(({ name }) => name).join(', ')}.`);
  return servers;
}

async function pollServers(tools: SetupTools, token: string, signal: AbortSignal): Promise<readonly Server[]> {
  for (;;) {
    const servers = await serversOf(tools, token);
    if (servers.length > 0) return servers;
    await tools.clock.sleep(lookEveryMs, signal);
  }
}

/** The servers that the bot is in; none also when they cannot be asked for now. */
async function serversOf(tools: SetupTools, token: string): Promise<readonly Server[]> {
  const answer = await tools.inquire(token).guilds();
  return answer.kind === 'ok' ? answer.value : [];
}
