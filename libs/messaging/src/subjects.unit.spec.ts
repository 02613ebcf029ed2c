import { describe, expect, it } from '@jest/globals';
import { assertFilter, assertSubject, matches, overlap, storageOf, SubjectIndex } from './subjects.js';

describe('subjects', () => {
  it.each([
    ['tidemark.work.a', 'tidemark.work.a', true],
    ['tidemark.work.a', 'tidemark.work.b', false],
    ['tidemark.work.*', 'tidemark.work.a', true],
    ['tidemark.work.*', 'tidemark.work', false],
    ['tidemark.work.*', 'tidemark.work.a.b', false],
    ['tidemark.*.a', 'tidemark.work.a', true],
    ['tidemark.>', 'tidemark.work', true],
    ['tidemark.>', 'tidemark.work.a.b', true],
    ['tidemark.work.>', 'tidemark.work', false],
    ['tidemark.work.a.b', 'tidemark.work.a', false],
  ])('%s takes %s: %s', (filter, subject, expected) => {
    expect(matches(filter, subject)).toBe(expected);
  });

  it.each([
    '',
    'tidemark',
    'tidemark.',
    'tidemark.a.',
    'tidemark..a',
    'tidemark.*',
    'tidemark.>',
    'a.b',
    'tidemark.a b',
  ])('refuses to publish to "%s"', (subject) => expect(() => assertSubject(subject)).toThrow(TypeError));

  it.each(['tidemark', 'tidemark.>.a', 'tidemark.a*', 'tidemark..>', '>', '*.work'])(
    'refuses the filter "%s"',
    (filter) => expect(() => assertFilter(filter)).toThrow(TypeError),
  );

  it.each(['tidemark.>', 'tidemark.*', 'tidemark.*.a', 'tidemark.work.a', 'tidemark.a.>'])(
    'accepts the filter %s',
    (filter) => expect(() => assertFilter(filter)).not.toThrow(),
  );

  it.each([
    ['tidemark.work.a', 'tidemark.work.a', true],
    ['tidemark.work.*', 'tidemark.*.a', true],
    ['tidemark.work.>', 'tidemark.work.a.b', true],
    ['tidemark.work.>', 'tidemark.work', false],
    ['tidemark.work.a.*', 'tidemark.work.b.*', false],
    ['tidemark.work.*', 'tidemark.work.a.b', false],
  ])('%s and %s overlap: %s', (one, other, expected) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([expected, expected]);
  });

  it('knows where the messages of a subject are kept', () => {
    const stored = ['work.a', 'ingest.t.c', 'dead.x'].map((rest) => `tidemark.${rest}`);
    expect(stored.map(storageOf)).toEqual(['work', 'work', 'dead']);
    for (const other of ['tidemark.evt.job.X', 'tidemark.cmd.a', 'tidemark.*.a', 'tidemark.constructor.a']) {
      expect(() => storageOf(other)).toThrow(TypeError);
    }
  });

  it('finds values added after a subject had been looked up, and not removed ones', () => {
    const index = new SubjectIndex<string>();
    expect(index.match('tidemark.a.b')).toEqual([]);
    const remove = index.add('tidemark.a.*', 'star');
    index.add('tidemark.>', 'rest');
    expect(index.match('tidemark.a.b')).toEqual(['star', 'rest']);
    remove();
    expect(index.match('tidemark.a.b')).toEqual(['rest']);
  });
});
