import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Range = readonly [Address, number];

/** All non-public ranges, by the IANA IPv4 special-purpose registry, and multicast. */
const NOT_PUBLIC_IPV4 = ranges(
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT; contains the metadata address of some clouds
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // public by its number, but answered by the host of every Azure machine
  '169.254.0.0/16', // link-local; contains the metadata address of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
);

/** IPv6 is public inside 2000::/3 only; unique local, link-local, loopback, multicast and the rest lie outside. */
const GLOBAL_IPV6 = range('2000::/3');
const NOT_PUBLIC_IPV6 = ranges(
  '2001::/23', // protocol assignments, Teredo, benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
);

/** IPv6 ranges whose addresses stand for an IPv4 address, and the byte where that begins. */
const EMBEDDED_IPV4: readonly (readonly [Range, number])[] = [
  [range('::ffff:0:0/96'), 12], // IPv4-mapped
  [range('::ffff:0:0:0/96'), 12], // IPv4-translated
  [range('64:ff9b::/96'), 12], // NAT64
  [range('2002::/16'), 2], // 6to4
];

/** Parses an address in its usual form only: four decimal numbers, or IPv6. Undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare);
  return ipaddr.IPv6.isValid(bare) ? ipaddr.IPv6.parse(bare) : undefined;
}

/** The addresses that a packet to this one may reach: itself, and the IPv4 address inside an IPv6 one. */
export function reaches(address: Address): Address[] {
  if (address.kind() === 'ipv4') return [address];
  const bytes = address.toByteArray();
  const embedded = EMBEDDED_IPV4.filter(([outer]) => inRange(address, outer));
  return [address, ...embedded.map(([, at]) => new ipaddr.IPv4(bytes.slice(at, at + 4)))];
}

/** Whether an address belongs to the public internet, judged by the IPv4 address inside it where it has one. */
export function isPublic(address: Address): boolean {
  const [, inner] = reaches(address);
  if (inner) return isPublic(inner);
  if (address.kind() === 'ipv4') return !NOT_PUBLIC_IPV4.some((blocked) => inRange(address, blocked));
  return inRange(address, GLOBAL_IPV6) && !NOT_PUBLIC_IPV6.some((blocked) => inRange(address, blocked));
}

/** Whether an address is one of this machine's own, now: also a public one reaches the machine from inside. */
export function isOwn(address: Address, interfaces = networkInterfaces()): boolean {
  const own = Object.values(interfaces).flatMap((all) => all?.flatMap((one) => parseAddress(one.address) ?? []) ?? []);
  const known = new Set(own.flatMap(reaches).map((one) => String(withoutZone(one))));
  return reaches(address).some((reached) => known.has(String(withoutZone(reached))));
}

const withoutZone = (address: Address): Address =>
  address.kind() === 'ipv6' ? new ipaddr.IPv6(address.toByteArray()) : address;

export function inRange(address: Address, [network, bits]: Range): boolean {
  return address.kind() === network.kind() && address.match(network as never, bits);
}

/** `10.0.0.0/8`, or one address. @throws Error */
export function range(text: string): Range {
  const [host = '', bits, ...rest] = text.split('/');
  const address = parseAddress(host);
  const width = address?.kind() === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : NaN;
  if (!address || rest.length > 0 || !(length >= 0 && length <= width)) throw new Error(`${text} is not a CIDR`);
  return [address, length];
}

function ranges(...texts: string[]): Range[] {
  return texts.map(range);
}
