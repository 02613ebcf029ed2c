import { BlockList, isIP, isIPv6 } from 'node:net';

/** The proxies whose word on the caller's address is taken. */
export interface TrustedProxies {
  includes(address: string): boolean;
}

/** @param ranges addresses and CIDRs. @throws Error that names the entry */
export function trustedProxies(ranges: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(bits), family);
  }
  return { includes: (address) => list.check(bare(address), isIPv6(bare(address)) ? 'ipv6' : 'ipv4') };
}

interface Headers {
  readonly 'x-forwarded-for'?: string | undefined;
  readonly forwarded?: string | undefined;
}

/**
 * The address of a caller: the one that is connected, or behind trusted proxies the last that is none of them. Two headers
 * that disagree were not both written by the proxy: then it is the proxy's own address.
 */
export function clientAddress(connected: string, headers: Headers, trusted: TrustedProxies): string {
  const own = bare(connected);
  if (!trusted.includes(own)) return own;
  const claims = [headers['x-forwarded-for']?.split(','), forwardedFor(headers.forwarded)].flatMap((hops) =>
    hops === undefined ? [] : [lastUntrusted(own, hops, trusted)],
  );
  return claims.length > 0 && claims.every((claim) => claim === claims[0]) ? claims[0]! : own;
}

function lastUntrusted(connected: string, hops: readonly string[], trusted: TrustedProxies): string {
  let address = connected;
  for (const hop of hops.toReversed()) {
    const named = withoutPort(hop.trim());
    // Unknown or obfuscated: nothing beyond it can be known.
    if (isIP(named) === 0) return address;
    address = bare(named);
    if (!trusted.includes(address)) return address;
  }
  return address;
}

/** `for=192.0.2.60;proto=http, for="[2001:db8::1]:4711"` */
const forwardedFor = (header: string | undefined): readonly string[] | undefined =>
  header?.split(',').map((hop) => {
    const pair = hop.split(';').find((part) => /^\s*for=/i.test(part));
    return pair === undefined ? '' : pair.slice(pair.indexOf('=') + 1).replaceAll('"', '');
  });

function withoutPort(hop: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(hop) ?? [];
  if (bracketed !== undefined) return bracketed;
  return /^[\d.]+:\d+$/.test(hop) ? hop.slice(0, hop.indexOf(':')) : hop;
}

/** `::ffff:192.0.2.1` → `192.0.2.1`, without a zone. */
const bare = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').split('%', 1)[0]!;

/** What limits count by: an IPv4 address, or the /64 network of an IPv6 address, which its holder can choose from. */
export function addressGroup(address: string): string {
  const plain = bare(address);
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...Array<string>(Math.max(0, zeros)).fill('0'), ...last];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':');
}
