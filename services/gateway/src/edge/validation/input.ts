import type { ShapeClass } from '@tidemark/contracts/fields';
import { validated } from '@tidemark/contracts/validation';

/** What a caller sends, as its shape says. @throws TidemarkError VALIDATION_FAILED */
export const fromBody = <T extends object>(shape: ShapeClass<T>, input: unknown): T =>
  validated(shape, input, { from: 'body' });

/** What a caller asks for; texts stand for numbers, lists and booleans. @throws TidemarkError VALIDATION_FAILED */
export const fromQuery = <T extends object>(shape: ShapeClass<T>, input: unknown): T =>
  validated(shape, input, { from: 'query' });
