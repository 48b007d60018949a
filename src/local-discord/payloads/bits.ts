/** A number that is a set of flags by agreement with Discord: unknown bits are allowed in it. */
export function asBits<Flags extends number>(bits: number): Flags {
  return bits as Flags;
}
