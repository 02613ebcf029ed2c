import { compile } from '@jmespath-community/jmespath';
import type { z } from 'zod';

/** Copies of its input that an expression may make: `[@, @][]` doubles a list, and thirty of those take all memory. */
const MAX_COPIES = 1000;

/** Refuses what is no JMESPath expression, or could make too much of a small response. */
export function checkExpression(source: string, context: Pick<z.core.$RefinementCtx<string>, 'addIssue'>): void {
  const refuse = (message: string) => context.addIssue({ code: 'custom', message });
  try {
    const copies = copiesOf(compile(source));
    if (copies > MAX_COPIES)
      refuse(`could make more than ${MAX_COPIES} copies of a response: select less in each step`);
  } catch (error) {
    refuse(`is not a valid JMESPath expression: ${(error as Error).message}`);
  }
}

/** An upper bound: what stands side by side adds up, what follows each other multiplies. */
function copiesOf(node: object): number {
  const parts = Object.values(node)
    .flat()
    .filter((part): part is object => typeof part === 'object' && part !== null)
    .map(copiesOf);
  const sum = parts.reduce((all, copies) => all + copies, 0);
  const product = parts.reduce((all, copies) => all * copies, 1);
  const { type } = node as { readonly type?: string };
  if (type === 'MultiSelectList' || type === 'MultiSelectHash') return sum;
  return type === 'Function' ? Math.max(sum, product) : product;
}
