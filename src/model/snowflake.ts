/** 2015-01-01 UTC in epoch milliseconds: where the time in Discord's ids begins (Discord's documentation). */
const discordEpoch = 1_420_070_400_000n;

/** When something with this id was made, in epoch milliseconds by the server's clock. */
export function timeOfSnowflake(id: string): number {
  return Number((BigInt(id) >> 22n) + discordEpoch);
}

/** The lowest id that something made at a time (epoch milliseconds, 2015 or later) can have. */
export function snowflakeAt(time: number): string {
  const since = BigInt(Math.trunc(time)) - discordEpoch;
  return String((since > 0n ? since : 0n) << 22n);
}
