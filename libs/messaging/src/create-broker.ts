import type { Conditions } from '@tidemark/foundation';
import type { EmbeddedLog } from './embedded/embedded-log.js';
import { EmbeddedBroker } from './embedded/embedded-broker.js';
import { NatsBroker, type NatsBrokerOptions } from './nats/nats-broker.js';
import type { Broker } from './port.js';

export interface CreateBrokerOptions extends NatsBrokerOptions {
  /** For `embedded:`, and required there: the log of the SQLite event store. */
  readonly log?: EmbeddedLog;
  /** What is wrong in this process; the adapter adds to it. */
  readonly conditions?: Conditions;
}

/**
 * The broker that a URL names: `embedded:`, or `nats://host:port` (several, separated by commas; `tls://` too).
 * @throws TypeError for any other URL, and for `embedded:` without a log · BrokerUnavailable
 */
export async function createBroker(url: string, options: CreateBrokerOptions = {}): Promise<Broker> {
  if (url === 'embedded:') {
    if (!options.log) throw new TypeError('broker URL "embedded:": needs the log of an embedded event store');
    return new EmbeddedBroker(options.log, options);
  }
  return NatsBroker.connect(natsServers(url), options);
}

function natsServers(url: string): string[] {
  return url.split(',').map((part) => {
    const parsed = URL.parse(part.trim());
    if (!parsed || !['nats:', 'tls:'].includes(parsed.protocol) || parsed.hostname === '') {
      // The URL may hold a password: only its scheme is repeated.
      throw new TypeError(`broker URL: expected embedded: or nats://host:port, got ${parsed?.protocol ?? 'no URL'}`);
    }
    return part.trim();
  });
}
