import { describe, expect, it } from '@jest/globals';
import { isOwn, isPublic, parseAddress, range } from './address.js';
import { parseAllowList } from './allow-list.js';

describe('an address', () => {
  it.each([
    // IPv4, by the registry of special-purpose addresses
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.100.100.200',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '169.254.170.2',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.0.192',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    // IPv6
    '::',
    '::1',
    '::2',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2001:10::1',
    '2001:2::1',
    '3fff::1',
    '2620:4f:8000::1',
    '5f00::1',
    '4000::1',
    'e000::1',
    // IPv4 inside IPv6
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:10.0.0.1',
    '::ffff:0:127.0.0.1',
    '::127.0.0.1',
    '::808:808',
    '64:ff9b::127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::8.8.8.8',
    '2002:7f00:1::',
    '2002:a9fe:a9fe::1',
    '2002:c0a8:1::',
  ])('%s is not public', (text) => {
    expect(isPublic(parseAddress(text)!)).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '128.0.0.1',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.1',
    '192.167.255.255',
    '198.17.255.255',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001::1',
    '2001:200::1',
    '2001:4860:4860::8888',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '2002:808:808::1',
  ])('%s is public', (text) => {
    expect(isPublic(parseAddress(text)!)).toBe(true);
  });

  it.each([
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '127.0.0.01',
    '1.2.3',
    'localhost',
    '',
    '1.2.3.256',
    ':::',
  ])('is not written as %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it.each(['10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/', 'fd00::/129', '10.0.0.0/8/8', '10/8', 'x/8'])(
    'has no range %s',
    (text) => {
      expect(() => range(text)).toThrow(`${text} is not a CIDR`);
    },
  );
});

describe('an allow list', () => {
  const allow = parseAllowList([
    'localhost',
    'API.internal.:8443',
    '[::1]:8080',
    '10.0.0.0/8',
    '192.168.1.7',
    'fd00::/8',
  ]);
  const host = (url: string) => allow.allowsHost(new URL(url));
  const address = (text: string) => allow.allowsAddress(parseAddress(text)!);

  it('knows hosts by name, on all ports or on one', () => {
    expect(host('http://localhost:1234/')).toBe(true);
    expect(host('http://LOCALHOST./')).toBe(true);
    expect(host('https://api.internal:8443/')).toBe(true);
    expect(host('https://api.internal/')).toBe(false);
    expect(host('http://[0:0::1]:8080/')).toBe(true);
    expect(host('http://[::1]/')).toBe(false);
    expect(host('http://evil.localhost/')).toBe(false);
    expect(host('http://localhost.evil.com/')).toBe(false);
  });

  it('uses the default port of the scheme when the URL has none', () => {
    const web = parseAllowList(['a.internal:443']);
    expect(web.allowsHost(new URL('https://a.internal/'))).toBe(true);
    expect(web.allowsHost(new URL('http://a.internal/'))).toBe(false);
  });

  it('knows addresses by range, also inside IPv6', () => {
    expect(address('10.1.2.3')).toBe(true);
    expect(address('::ffff:10.1.2.3')).toBe(true);
    expect(address('192.168.1.7')).toBe(true);
    expect(address('192.168.1.8')).toBe(false);
    expect(address('fd12::1')).toBe(true);
    expect(address('fe80::1')).toBe(false);
  });

  it.each(['http://localhost', 'a b', 'host:port', '10.0.0.0/40', 'a/b', 'user@host'])(
    'refuses the entry %j',
    (entry) => {
      expect(() => parseAllowList([entry])).toThrow(entry);
    },
  );
});

describe("this machine's own addresses", () => {
  const one = { netmask: '', mac: '', internal: false, cidr: null };
  const interfaces = {
    eth0: [
      { ...one, family: 'IPv4' as const, address: '198.41.0.4' },
      { ...one, family: 'IPv6' as const, address: '2a00:1450::1', scopeid: 0 },
      { ...one, family: 'IPv6' as const, address: 'fe80::1%eth0', scopeid: 2 },
    ],
  };
  it.each(['198.41.0.4', '::ffff:198.41.0.4', '64:ff9b::198.41.0.4', '2002:c629:4::1', '2a00:1450:0::1', 'fe80::1'])(
    '%s is one, though public',
    (text) => expect(isOwn(parseAddress(text)!, interfaces)).toBe(true),
  );
  it.each(['198.41.0.5', '2a00:1450::2'])('%s is not', (text) =>
    expect(isOwn(parseAddress(text)!, interfaces)).toBe(false),
  );
});
