/** Whether an address or a name of this machine is reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * Whether a request's `Host` header names this machine: a web site can point a name of its own at 127.0.0.1, and a browser
 * here then reads what is served as if it were that site's. Any port: people forward them.
 */
export function namesLoopback(header: string | undefined): boolean {
  if (header === undefined || /[/?#@\\\s]/.test(header) || !URL.canParse(`http://${header}`)) return false;
  return isLoopback(new URL(`http://${header}`).hostname);
}
