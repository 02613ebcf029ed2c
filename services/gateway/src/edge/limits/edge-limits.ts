import { OpenStreams } from '../auth/open-streams.js';
import { trustedProxies, type TrustedProxies } from './client-address.js';
import { ConnectionLimits } from './connection-limits.js';
import { defaultConnections } from './descriptors.js';
import { Slots } from './slots.js';

export interface EdgeLimitsOptions {
  /** Of HTTP and gRPC together; default: half of the process's descriptors. */
  readonly maxConnections?: number | null;
  /** Addresses and CIDRs. */
  readonly trustedProxies?: readonly string[];
}

/** What callers may hold at once, of HTTP and gRPC together: all of them, each key, and each address. */
export class EdgeLimits {
  readonly trusted: TrustedProxies;
  readonly connections: ConnectionLimits;
  /** Of keys. */
  readonly streams: OpenStreams;
  /** Requests in progress, of keys. */
  readonly requests: Slots;
  /** Streams without a key (health, reflection), of addresses. */
  readonly publicStreams: Slots;

  constructor({ maxConnections, trustedProxies: proxies = [] }: EdgeLimitsOptions = {}) {
    const max = maxConnections ?? defaultConnections();
    const share = (atMost: number) => Math.max(4, Math.min(atMost, Math.floor(max / 4)));
    this.trusted = trustedProxies(proxies);
    this.connections = new ConnectionLimits({ max, trusted: this.trusted });
    this.streams = new OpenStreams({ all: max, each: share(100) });
    this.requests = new Slots({ all: max, each: share(256), what: 'requests at once' });
    this.publicStreams = new Slots({ all: share(128), each: share(16), what: 'open streams without a key' });
  }
}
