import { neededPermissions } from '../../discord/channel-permissions.ts';

/** The page of an application in Discord's developer portal; without an id, the list of them. */
export function portalPage(application?: string, page = 'information'): string {
  const list = 'https://discord.com/developers/applications';
  return application === undefined ? list : `${list}/${application}/${page}`;
}

/** What a person does in the developer portal. */
export const clicks: readonly string[] = [
  `1. Open ${portalPage()} and log in.`,
  '   Click "New Application", give it a name (that is what people will see), "Create".',
  '2. On the left click "Bot".',
  '3. Scroll to "Privileged Gateway Intents", turn on "Message Content Intent", "Save Changes".',
  '   Without it the bot sees that you write, and not what.',
  '4. Further up click "Reset Token", then "Copy". Keep it: it is shown once, and whoever has it is the bot.',
  '5. Later here you get a link that invites the bot to your server. Nothing else needs to be set.',
];

/** What the invite link asks for, for a person. */
export const permissionNames = neededPermissions.map(({ name }) => name).join(', ');
