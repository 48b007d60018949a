/** A number that is a set of flags by agreement with Discord: unknown bits are allowed in it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names the enum at the call
export function asBits<Flags extends number>(bits: number): Flags {
  return bits as Flags;
}
