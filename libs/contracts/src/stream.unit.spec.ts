import { describe, expect, it } from '@jest/globals';
import { stream } from './stream.js';
import { jobStream } from './streams.js';

interface Opened {
  readonly type: 'Opened';
  readonly data: { readonly owner: string; readonly currency: string; readonly version: 3 };
}
interface Closed {
  readonly type: 'Closed';
  readonly data: { readonly at: number };
}
interface Moved {
  readonly type: 'Moved';
  readonly data: { readonly to: readonly string[] };
}
type AccountEvent = Opened | Closed | Moved;

const accountEvents = { Opened: true, Closed: true, Moved: true } as const;

const accountStream = stream<AccountEvent>('account', accountEvents, {
  upcast: {
    Opened: [
      ({ name }: { name: string }) => ({ owner: name.trim(), version: 2 }),
      ({ owner }: { owner: string }) => (owner === '' ? undefined : { owner, currency: 'EUR', version: 3 }),
    ],
    Moved: ({ to }: { to: string | readonly string[] }) => ({ to: typeof to === 'string' ? [to] : to }),
  },
});

const today = { owner: 'Ada', currency: 'EUR', version: 3 };

describe('a stream', () => {
  it('puts its category before an id, and removes it again', () => {
    expect(accountStream.of('a-1')).toBe('account-a-1');
    expect(accountStream.idOf('account-a-1')).toBe('a-1');
  });

  it('names the types of its events', () => {
    expect(accountStream.types).toEqual(['Opened', 'Closed', 'Moved']);
  });

  it('returns an event of the current shape as it is stored', () => {
    const closed = { type: 'Closed', data: { at: 1 }, revision: 7 };
    expect(accountStream.read(closed)).toBe(closed);
    const opened = { type: 'Opened', data: today, revision: 0 };
    expect(accountStream.read(opened)).toBe(opened);
  });

  it.each([
    ['the first', { name: ' Ada ' }],
    ['the first, by number', { name: 'Ada', version: 1 }],
    ['the second', { owner: 'Ada', version: 2 }],
  ])('brings an event of %s shape to the current one and leaves the rest of it alone', (_, data) => {
    expect(accountStream.read({ type: 'Opened', data, revision: 0 })).toEqual({
      type: 'Opened',
      data: today,
      revision: 0,
    });
  });

  it.each([['Rome'], [['Rome']]])('distinguishes shapes without a version: %j', (to) => {
    expect(accountStream.read({ type: 'Moved', data: { to } })).toEqual({ type: 'Moved', data: { to: ['Rome'] } });
  });

  it.each([
    ['a type that it does not know', 'Renamed', { at: 1 }],
    ['a type that every object has as a property', 'constructor', { at: 1 }],
    ['a newer shape of an event that never changed', 'Closed', { at: 1, version: 2 }],
    ['a newer shape of an event that did', 'Opened', { ...today, version: 4 }],
    ['a newer shape of an event whose older ones have no version', 'Moved', { to: [], version: 2 }],
    ['a version that is not a number', 'Opened', { ...today, version: '3' }],
    ['a version that never was', 'Opened', { ...today, version: 0 }],
    ['an old shape that its upcaster gives up on', 'Opened', { owner: '', version: 2 }],
    ['an old shape that its upcaster trips over', 'Opened', {}],
    ['data that is null', 'Closed', null],
    ['data that is text', 'Closed', 'at 1'],
  ])('does not know %s', (_, type, data) => {
    expect(accountStream.read({ type, data })).toBeUndefined();
  });

  it('does not compile without a row for each of its events, or with one too many', () => {
    // @ts-expect-error: Opened is missing
    const incomplete = stream<Opened | Closed>('account', { Closed: true });
    // @ts-expect-error: Renamed is not an event of the stream
    const excessive = stream<Closed>('account', { Closed: true, Renamed: true });
    // @ts-expect-error: the last upcaster leads to a shape other than the current one
    const misled = stream<Closed>('account', { Closed: true }, { upcast: { Closed: [() => ({ when: 1 })] } });
    // @ts-expect-error: so does the only one
    const misledAtOnce = stream<Closed>('account', { Closed: true }, { upcast: { Closed: () => ({ when: 1 }) } });
    expect([incomplete, excessive, misled, misledAtOnce].map(({ category }) => category)).toEqual(
      Array(4).fill('account'),
    );
  });
});

describe('the stream of a job', () => {
  it('reads jobs from before pipelines were things of their own', () => {
    const data = { jobId: 'j1', tenant: 'acme', connectionId: 'c1', connector: 'openapi', type: 'full', at: 1 };
    expect(jobStream.read({ type: 'JobCreated', data })?.data).toEqual({
      ...data,
      pipeline: { kind: 'dependency', parameters: {} },
    });
    const pipeline = { kind: 'noop', parameters: { from: 1 } };
    expect(jobStream.read({ type: 'JobCreated', data: { ...data, pipeline } })?.data).toEqual({ ...data, pipeline });
  });
});
