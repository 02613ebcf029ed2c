import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { certificate, key } from './certificate.js';

const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;

export interface FrontOptions {
  /** Where the real server is. */
  readonly target: URL;
  /** Speaks TLS with the certificate of `db.test`; else refuses it. */
  readonly tls?: boolean;
  /** Asked for in clear, as `password` in pg_hba.conf does. */
  readonly password?: string;
}

export interface Front extends AsyncDisposable {
  readonly port: number;
}

/**
 * What a server of our own would need settings for: TLS and a password, in front of one that has neither. It speaks the
 * start of PostgreSQL's protocol (55.2) and forwards the rest.
 */
export async function startFront(options: FrontOptions): Promise<Front> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy()));
    greet(socket, options, sockets).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
}

async function greet(plain: Socket, { target, tls, password }: FrontOptions, sockets: Set<Socket>): Promise<void> {
  let client = plain;
  let first = await message(client, 0);
  if (first.readInt32BE(4) === SSL_REQUEST) {
    client.write(tls ? 'S' : 'N');
    if (tls)
      client = new TLSSocket(plain, { isServer: true, cert: certificate, key }).on('error', () => plain.destroy());
    first = await message(client, 0);
  }
  if (password !== undefined && first.readInt32BE(4) !== CANCEL_REQUEST && !(await knows(client, password))) return;
  const server = connect(Number(target.port), target.hostname);
  sockets.add(server.on('close', () => client.destroy()).on('error', () => client.destroy()));
  client.on('close', () => server.destroy());
  server.write(first);
  client.pipe(server).pipe(client);
}

/** AuthenticationCleartextPassword, and what the server says of a wrong one. */
async function knows(client: Socket, password: string): Promise<boolean> {
  client.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
  const answer = await message(client, 1);
  if (answer.subarray(5, -1).toString() === password) return true;
  const fields = 'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "reader"\0\0';
  const head = Buffer.from([0x45, 0, 0, 0, 4 + fields.length]);
  client.end(Buffer.concat([head, Buffer.from(fields)]));
  return false;
}

/** One message of the protocol; `tag`: bytes before its length. */
async function message(socket: Socket, tag: number): Promise<Buffer> {
  let read = Buffer.alloc(0);
  while (read.length < tag + 4 || read.length < tag + read.readInt32BE(tag)) {
    const chunk = socket.read() as Buffer | null;
    if (chunk) read = Buffer.concat([read, chunk]);
    else if (socket.readableEnded || socket.destroyed) throw new Error('the client went away');
    else await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
  }
  return read;
}
