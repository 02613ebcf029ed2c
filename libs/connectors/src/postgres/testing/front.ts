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
  /** Requested in clear text, like `password` in pg_hba.conf. */
  readonly password?: string;
}

export interface Front extends AsyncDisposable {
  readonly port: number;
  /** Cuts the connection instead of sending the response after this many others; null: never. */
  answersLeft: number | null;
}

/**
 * A proxy that adds TLS and a password to a server that has neither. It speaks the start of PostgreSQL's protocol (55.2)
 * and forwards the rest.
 */
export async function startFront(options: FrontOptions): Promise<Front> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy()));
    greet(socket, options)
      .then((client) => client && forward(client, front))
      .catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front: Front & FrontOptions = {
    ...options,
    port: (server.address() as AddressInfo).port,
    answersLeft: null,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return front;
}

interface Client {
  readonly socket: Socket;
  /** The first message for the server itself. */
  readonly first: Buffer;
}

async function greet(plain: Socket, { tls, password }: FrontOptions): Promise<Client | null> {
  let socket = plain;
  let first = await message(socket, 0);
  if (first.readInt32BE(4) === SSL_REQUEST) {
    socket.write(tls ? 'S' : 'N');
    if (tls)
      socket = new TLSSocket(plain, { isServer: true, cert: certificate, key }).on('error', () => plain.destroy());
    first = await message(socket, 0);
  }
  const asks = password !== undefined && first.readInt32BE(4) !== CANCEL_REQUEST;
  return !asks || (await knows(socket, password)) ? { socket, first } : null;
}

function forward({ socket, first }: Client, front: Front & FrontOptions): void {
  const server = connect(Number(front.target.port), front.target.hostname);
  server.on('close', () => socket.destroy()).on('error', () => socket.destroy());
  socket.on('close', () => server.destroy());
  server.write(first);
  socket.pipe(server);
  server.on('data', (answer) => {
    if (front.answersLeft === null || front.answersLeft-- > 0) return void socket.write(answer);
    front.answersLeft = null;
    socket.destroy();
  });
}

/** AuthenticationCleartextPassword, and the server's response to a wrong one. */
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
