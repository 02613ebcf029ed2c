import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';
import { eventually } from './eventually.js';

let server: Server;
let proxy: TcpProxy;
let received: string;
const clients: Socket[] = [];

beforeEach(async () => {
  received = '';
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received += chunk;
      socket.write(chunk);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startTcpProxy(`127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  server.close();
});

interface Client {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  text: string;
}

async function client(): Promise<Client> {
  const socket = connect(proxy.port, proxy.host);
  socket.on('error', () => {});
  clients.push(socket);
  const self: Client = { socket, closed: new Promise((resolve) => socket.once('close', resolve)), text: '' };
  socket.on('data', (chunk) => (self.text += chunk));
  await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), self.closed]);
  return self;
}

describe('TcpProxy', () => {
  it('forwards both ways', async () => {
    const { socket } = await client();
    socket.write('hello');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toBe('hello');
  });

  it('resets open connections and refuses new ones while it is cut, and passes again', async () => {
    const first = await client();
    first.socket.write('x');
    await eventually(() => first.text === 'x');
    proxy.cut();
    await first.closed;
    const second = await client();
    await second.closed;
    expect(received).toBe('x');
    proxy.pass();
    const third = await client();
    third.socket.write('y');
    await eventually(() => third.text === 'y');
  });

  it('holds bytes back while it hangs in one direction and delivers them afterwards', async () => {
    const one = await client();
    proxy.hang('to_client');
    one.socket.write('kept');
    await eventually(() => received === 'kept');
    expect(one.text).toBe('');
    proxy.pass();
    await eventually(() => one.text === 'kept');
  });

  it('keeps the order of what it delays', async () => {
    const one = await client();
    proxy.delay(20);
    for (const part of ['a', 'b', 'c', 'd']) one.socket.write(part);
    await eventually(() => received.length >= 1);
    proxy.pass();
    await eventually(() => one.text.length === 4);
    expect(one.text).toBe('abcd');
  });

  it('resets the connection that carries the next response, and only that one', async () => {
    const one = await client();
    const cut = proxy.cutOnNext('to_client');
    one.socket.write('asked');
    await cut;
    await one.closed;
    expect(received).toBe('asked');
    expect(one.text).toBe('');
    const two = await client();
    two.socket.write('again');
    await eventually(() => two.text === 'again');
  });

  it('replaces the address in a URL with its own', () => {
    expect(proxy.url('esdb://user:secret@server:2113?tls=false')).toBe(
      `esdb://user:secret@127.0.0.1:${proxy.port}?tls=false`,
    );
    expect(proxy.url('nats://localhost:4222')).toBe(`nats://127.0.0.1:${proxy.port}`);
  });

  it('refuses a target without a port by name', async () => {
    await expect(startTcpProxy('localhost')).rejects.toThrow('target: expected host:port');
  });
});
