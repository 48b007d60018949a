import { expect, it } from 'vitest';

import { snowflakeAt, timeOfSnowflake } from '../../src/model/snowflake.ts';

it("tells the time in a chat server's id, and the lowest id of a time", () => {
  // The example of Discord's documentation.
  expect(timeOfSnowflake('175928847299117063')).toBe(Date.UTC(2016, 3, 30, 11, 18, 25, 796));
  expect(timeOfSnowflake(snowflakeAt(1_700_000_000_123))).toBe(1_700_000_000_123);
  expect(BigInt(snowflakeAt(1_700_000_000_124)) > BigInt(snowflakeAt(1_700_000_000_123))).toBe(true);
  expect(snowflakeAt(0)).toBe('0');
});
