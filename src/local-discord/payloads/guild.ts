import type { APIGuild, GatewayGuildCreateDispatchData } from 'discord-api-types/v10';
import {
  GuildDefaultMessageNotifications,
  GuildExplicitContentFilter,
  GuildMFALevel,
  GuildNSFWLevel,
  GuildPremiumTier,
  GuildVerificationLevel,
  Locale,
} from 'discord-api-types/v10';
import type { GuildSystemChannelFlags } from 'discord-api-types/v10';

import { isoTime } from '../../base/clock.ts';
import type { StoredUser } from '../store/user-store.ts';
import type { World } from '../world.ts';
import { asBits } from './bits.ts';
import { guildChannelPayload } from './channel.ts';
import type { GuildChannelPayload } from './channel.ts';
import { memberPayload, presencePayload, rolePayloads } from './people.ts';

/** The one guild of this server. */
export function guildPayload(world: World): APIGuild {
  return {
    id: world.settings.guildId,
    name: 'Local',
    icon: null,
    splash: null,
    discovery_splash: null,
    owner_id: world.settings.userId,
    afk_channel_id: null,
    afk_timeout: 300,
    verification_level: GuildVerificationLevel.None,
    default_message_notifications: GuildDefaultMessageNotifications.AllMessages,
    explicit_content_filter: GuildExplicitContentFilter.Disabled,
    roles: rolePayloads(world),
    emojis: [],
    stickers: [],
    features: [],
    mfa_level: GuildMFALevel.None,
    application_id: null,
    system_channel_id: null,
    system_channel_flags: asBits<GuildSystemChannelFlags>(0),
    rules_channel_id: null,
    vanity_url_code: null,
    description: null,
    banner: null,
    premium_tier: GuildPremiumTier.None,
    preferred_locale: Locale.EnglishUS,
    public_updates_channel_id: null,
    nsfw_level: GuildNSFWLevel.Default,
    premium_progress_bar_enabled: false,
    hub_type: null,
    safety_alerts_channel_id: null,
    incidents_data: null,
  };
}

/** GUILD_CREATE as one user gets it: bots without the members intent see themselves only. */
export function guildCreatePayload(
  world: World,
  user: StoredUser,
  allMembers: boolean,
  /** Ids of those who are here. */
  present: readonly string[],
): GatewayGuildCreateDispatchData {
  const users = world.users.all();
  const channels = world.channels.ofGuild().map((channel) => guildChannelPayload(world, channel));
  const threads = world.channels
    .threads()
    .filter(({ thread }) => thread?.archived === false)
    .map((channel) => guildChannelPayload(world, channel));
  return {
    ...guildPayload(world),
    joined_at: isoTime(user.joinedAt),
    large: false,
    unavailable: false,
    member_count: users.length,
    voice_states: [],
    members: (allMembers ? users : [user]).map((member) => memberPayload(world, member)),
    channels: channels.filter(isChannel),
    threads: threads.filter(isThread),
    presences: present.map((id) => presencePayload(world, id, true)),
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

type Channels = GatewayGuildCreateDispatchData['channels'][number] & GuildChannelPayload;
type Threads = GatewayGuildCreateDispatchData['threads'][number] & GuildChannelPayload;

function isThread(channel: GuildChannelPayload): channel is Threads {
  return 'thread_metadata' in channel;
}

function isChannel(channel: GuildChannelPayload): channel is Channels {
  return !isThread(channel);
}
