import type { Verb } from '../verbs/verb.js';
import { validated } from './validated.js';

/** The data of a request, as the input of the verb's handler. @throws TidemarkError VALIDATION_FAILED */
export const verbInput = <Input extends object>({ input, unknown }: Verb<Input>, data: unknown): Input =>
  validated(input, data ?? {}, { unknown });
