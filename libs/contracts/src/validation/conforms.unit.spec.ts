import { describe, expect, it } from '@jest/globals';
import { fieldsOf, namedShapes } from '../fields/shape.js';
import { coordinatorVerbs } from '../verbs/job-coordinator.js';
import { differVerbs } from '../verbs/differ.js';
import { checkableOf } from './checkable.js';
import { conforms } from './conforms.js';
import { fieldProblems } from './validated.js';

const values = [
  ...[
    '',
    'a',
    'api',
    'full',
    'queue',
    'x'.repeat(129),
    '😀'.repeat(70),
    '2026-01-01T00:00:00Z',
    'sha256:ab',
    ' a',
    'a\u0000',
    '\ud800',
    '\u202ea',
  ],
  ...[
    0,
    1,
    -1,
    1.5,
    500,
    501,
    NaN,
    Infinity,
    2 ** 53,
    true,
    null,
    undefined,
    [],
    ['a'],
    [1],
    {},
    { id: 'm', sequence: 1 },
  ],
  ...[
    { every: 'hourly' },
    { connector: 'noop', config: {} },
    { code: 'C', message: 'm' },
    { kind: 'k', parameters: {} },
  ],
];
const shapes = [...new Set([...namedShapes().values(), ...Object.values(coordinatorVerbs).map(({ input }) => input)])];

/** A small generator of numbers that repeats itself. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) yield (state = (state * 1_103_515_245 + 12_345) % 2 ** 31);
}

describe('a message that plainly has its shape', () => {
  it('is one that class-validator accepts, whatever the message', () => {
    const next = numbers(7);
    const pick = <T>(from: readonly T[]): T => from[next.next().value % from.length]!;
    let plain = 0;
    for (const shape of shapes) {
      const names = [...fieldsOf(shape).keys()];
      for (let round = 0; round < 300; round += 1) {
        const input = Object.fromEntries(names.flatMap((name) => (pick([0, 1, 1]) ? [[name, pick(values)]] : [])));
        if (!conforms(shape, input)) continue;
        plain += 1;
        const instance = checkableOf(shape, input, {
          from: 'message',
          onUnknown: () => expect(input).toBe('known'),
          onRefusedText: () => expect(input).toBe('text'),
        });
        expect([shape.name, input, fieldProblems(shape, instance)]).toEqual([shape.name, input, []]);
      }
    }
    expect(plain).toBeGreaterThan(300);
  });

  it.each([
    [coordinatorVerbs['get-job'].input, { tenant: 'acme', jobId: 'j1' }],
    [coordinatorVerbs.create.input, { tenant: 'acme', connectionId: 'c1', type: 'full', whenBusy: 'queue' }],
    [
      coordinatorVerbs['claim-stage'].input,
      {
        ...{ tenant: 'acme', jobId: 'j1', stage: 'run', attempt: 1, service: 'connector-runner', runner: 'r1' },
        delivery: { id: 'm1', sequence: 1 },
      },
    ],
    [differVerbs['remove-ignore-rule'].input, { tenant: 'acme', connectionId: 'c1', ignoreId: 'i1' }],
  ])('is the usual one: %p', (shape, input) => {
    expect(conforms(shape, input)).toBe(true);
  });
});
