import { type Json, type JsonObject, put } from '../json.js';
import { ARRAY_SEED, imul, type Interner, mix, OBJECT_SEED } from './interner.js';
import type { CanonicalApi } from './normalize.js';

/** A canonical API (say, read back from its text) with equal parts made one object of the interner. */
export const internApi = (api: CanonicalApi, interner: Interner): CanonicalApi => {
  let hash = 0;
  const visit = (raw: Json): Json => {
    if (typeof raw !== 'object' || raw === null) {
      hash = interner.scalar(raw);
      return raw;
    }
    return Array.isArray(raw) ? array(raw) : object(raw);
  };
  const array = (raw: Json[]): Json => {
    let sum = ARRAY_SEED;
    let built: Json[] | undefined;
    raw.forEach((item, index) => {
      const after = visit(item);
      sum = mix(imul(sum, 31) + hash);
      if (after !== item) (built ??= [...raw])[index] = after;
    });
    hash = sum;
    return interner.array(built ?? raw, sum);
  };
  const object = (raw: JsonObject): Json => {
    let sum = OBJECT_SEED;
    let built: JsonObject | undefined;
    for (const key of Object.keys(raw)) {
      const item = raw[key] as Json;
      const after = visit(item);
      sum = (sum + mix(interner.string(key) ^ imul(hash, 0x9e3779b1))) | 0;
      if (after !== item) put((built ??= { ...raw }), key, after);
    }
    hash = mix(sum);
    return interner.object(built ?? raw, hash);
  };
  return visit(api as JsonObject) as CanonicalApi;
};
