import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { EnvelopeError, keyIdOf, type MasterKeys, open, parseMasterKeys, seal } from './envelope.js';

const [first, second] = [randomBytes(32), randomBytes(32)];
const keys = parseMasterKeys(first.toString('base64'));
const plain = Buffer.from('hunter2');
const owner = ['acme', 'c1'];

const opened = (envelope: Uint8Array, by: readonly string[] = owner, withKeys: MasterKeys = keys) =>
  Buffer.from(open(envelope, by, withKeys)).toString();

describe('an envelope', () => {
  it('opens for its owner, shows nothing of its content, and never looks the same twice', () => {
    const [one, two] = [seal(plain, owner, keys), seal(plain, owner, keys)];
    expect(opened(one)).toBe('hunter2');
    expect(Buffer.from(one).includes('hunter2')).toBe(false);
    expect(Buffer.compare(one, two)).not.toBe(0);
  });

  it.each([[['other', 'c1']], [['acme', 'c2']], [['acmec1']], [['acme', 'c1', '']], [[]]])(
    'does not open for %j',
    (other) => {
      expect(() => opened(seal(plain, owner, keys), other)).toThrow(EnvelopeError);
    },
  );

  it('does not open when any byte of it was changed, or any is missing', () => {
    const envelope = seal(plain, owner, keys);
    for (let at = 0; at < envelope.length; at++) {
      const changed = Uint8Array.from(envelope, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(() => opened(changed)).toThrow(EnvelopeError);
      expect(() => opened(envelope.subarray(0, at))).toThrow(EnvelopeError);
    }
  });

  it('sealed with an old key opens as long as that key is set, and a new one seals', () => {
    const old = seal(plain, owner, keys);
    const rotated = parseMasterKeys(`${second.toString('hex')},${first.toString('hex')}`);
    expect(opened(old, owner, rotated)).toBe('hunter2');
    expect(keyIdOf(seal(plain, owner, rotated))).toBe(rotated.current);
    expect(rotated.current).not.toBe(keys.current);
    const onlyNew = parseMasterKeys(second.toString('base64url'));
    expect(() => opened(old, owner, onlyNew)).toThrow(`it was sealed with key ${keys.current}`);
  });
});

describe('master keys', () => {
  it('are identified by their digest, in either notation', () => {
    const forms = [
      first.toString('base64'),
      first.toString('hex'),
      first.toString('hex').toUpperCase(),
      ` ${first.toString('base64url')} `,
    ];
    expect(new Set(forms.map((form) => parseMasterKeys(form).current)).size).toBe(1);
  });

  it.each(['', 'short', `${randomBytes(31).toString('base64')}`, `${first.toString('hex')},`, 'hunter2 hunter2'])(
    'are not %j, and an error quotes none',
    (text) => {
      expect(() => parseMasterKeys(text)).toThrow(/^key [12]: expected 32 bytes in base64 or hex$/);
    },
  );
});
