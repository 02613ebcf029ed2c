import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@tidemark/test-kit';
import { trustedProxies } from './client-address.js';
import { ConnectionLimits, peerOf } from './connection-limits.js';

class FakeSocket extends EventEmitter {
  localPort = 1;
  destroyed = false;
  answer: unknown;
  constructor(
    readonly remoteAddress: string,
    readonly remotePort: number,
  ) {
    super();
  }
  destroy() {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('close');
  }
  resume() {}
  pause() {}
  end(answer: unknown) {
    this.answer = answer;
  }
}

const protocol = { refusal: (limit: string) => limit, canRefuseLater: true };

function limited(max: number, proxies: readonly string[] = []) {
  const clock = new FakeClock();
  // Every connection has had its chance to send something before the next one comes.
  let time = 0;
  const now = () => (time += 100);
  const limits = new ConnectionLimits({ max, trusted: trustedProxies(proxies), clock, now });
  let port = 0;
  const dial = (address: string) => {
    const socket = new FakeSocket(address, (port += 1));
    const admitted = limits.admit(socket as unknown as Socket, protocol);
    return { socket, admitted };
  };
  const begin = ({ socket }: { socket: FakeSocket }) => limits.begin(1, peerOf(socket as unknown as Socket));
  return { clock, limits, dial, begin };
}

describe('connections', () => {
  it('are closed when they say nothing', async () => {
    const { clock, dial, begin } = limited(10);
    const [silent, speaking] = [dial('10.0.0.1'), dial('10.0.0.1')];
    begin(speaking)();
    await clock.advance(10_000);
    expect([silent.socket.destroyed, speaking.socket.destroyed]).toEqual([true, false]);
    expect(clock.timers).toBe(0);
  });

  it('make room: first those that never spoke, then the one idle for longest, never one that is busy', () => {
    const { dial, begin } = limited(4);
    const all = [dial('10.0.0.1'), dial('10.0.0.1'), dial('10.0.0.2'), dial('10.0.0.2')];
    const ends = [begin(all[0]!), begin(all[2]!), begin(all[1]!)];
    expect(dial('10.0.0.3').admitted).toBe(true);
    expect(all.map(({ socket }) => socket.answer)).toEqual([undefined, undefined, undefined, 'all']);
    const fifth = dial('10.0.0.4');
    const busy = begin(fifth);
    expect(fifth.admitted).toBe(true);
    expect(dial('10.0.0.5').socket.answer).toBe('all');
    ends[2]!();
    ends[0]!();
    expect(dial('10.0.0.6').admitted).toBe(true);
    expect(all.map(({ socket }) => socket.destroyed)).toEqual([false, true, false, false]);
    busy();
  });

  it('of one address are at most half of all, but for those of trusted proxies', () => {
    const { dial, begin } = limited(8, ['10.9.0.0/16']);
    for (let n = 0; n < 4; n++) begin(dial('10.0.0.1'));
    expect(dial('10.0.0.1').socket.answer).toBe('address');
    for (let n = 0; n < 4; n++) expect(begin(dial('10.9.0.1'))).toBeDefined();
    expect(dial('10.9.0.1').socket.answer).toBe('all');
  });
});
