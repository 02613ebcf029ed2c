import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';

/** The secret of every conformance run: worlds put it into their tokens and passwords, and it must never appear in any output. */
export const CANARY = 'canary-8c1f6e';

/** Everything that printing a value or an error may reveal: message, stack, causes, and all fields. */
export const shown = (value: unknown): string => inspect(value, { depth: 12, showHidden: true, maxStringLength: null });

export interface SecretsWatch {
  /** Records a value that a connector returned or threw. */
  keep<T>(value: T): T;
  /** Adds the test that the secret appeared nowhere; call it last. */
  expectNone(): void;
}

/** Captures the output of the tests of the surrounding `describe`, and the values they `keep`. */
export function watchForSecrets(): SecretsWatch {
  const kept: string[] = [];
  const spies: { readonly mock: { readonly calls: unknown[][] }; mockRestore(): void }[] = [];
  beforeAll(() => {
    for (const stream of [process.stdout, process.stderr]) spies.push(jest.spyOn(stream, 'write') as never);
    for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) spies.push(jest.spyOn(console, name));
  });
  afterAll(() => spies.forEach((spy) => spy.mockRestore()));
  return {
    keep: (value) => {
      kept.push(shown(value));
      return value;
    },
    expectNone: () =>
      it('reveals no secret in anything printed, thrown or returned', () => {
        const printed = spies.flatMap(({ mock }) => mock.calls.map((call) => shown(call)));
        expect(kept.length).toBeGreaterThan(0);
        const around = (text: string) => text.slice(Math.max(0, text.indexOf(CANARY) - 200), text.indexOf(CANARY));
        expect([...kept, ...printed].filter((text) => text.includes(CANARY)).map(around)).toEqual([]);
      }),
  };
}
