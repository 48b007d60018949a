/** The processor time that something takes, in milliseconds: unlike the time by the clock it does not grow when others are busy. */
export function processorMs(action: () => void): number {
  const before = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
