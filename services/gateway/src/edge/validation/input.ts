import type { ShapeClass } from '@tidemark/contracts/fields';
import { validated } from '@tidemark/contracts/validation';

/** A caller's input, validated by its shape. @throws TidemarkError VALIDATION_FAILED */
export const fromBody = <T extends object>(shape: ShapeClass<T>, input: unknown): T =>
  validated(shape, input, { from: 'body' });

/** A caller's query, validated by its shape; texts are converted to numbers, lists and booleans. @throws TidemarkError VALIDATION_FAILED */
export const fromQuery = <T extends object>(shape: ShapeClass<T>, input: unknown): T =>
  validated(shape, input, { from: 'query' });
