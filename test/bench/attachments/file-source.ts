import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A process that serves one file of so many random bytes to everybody who asks. Tells its parent its port. */
const bytes = randomBytes(Number(process.argv[2]));
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Length': bytes.byteLength }).end(bytes);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
