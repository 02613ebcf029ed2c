import { compile } from '@jmespath-community/jmespath';
import { splitBetween } from './between.config.js';

/** Parts of a text: as it stands, or an expression between `{{` and `}}`. */
export type Part = { readonly text: string } | { readonly expression: string };

/** Splits a template. An expression that is the whole text may itself have `}}` in it. */
export function partsOf(template: string): readonly Part[] {
  const inner = template.slice(2, -2);
  if (template.startsWith('{{') && template.endsWith('}}') && !inner.includes('{{'))
    return [{ expression: inner.trim() }];
  return splitBetween(template, '{{', '}}').map((part) =>
    part.inside ? { expression: part.text.trim() } : { text: part.text },
  );
}

/** Fields of a template whose expressions are not valid, with the reason. */
export function templateFaults(
  template: unknown,
  path: readonly (string | number)[] = [],
): { path: (string | number)[]; message: string }[] {
  // prettier-ignore
  if (typeof template === 'string')
    return partsOf(template).flatMap((part) => {
      if ('text' in part) return [];
      try {
        compile(part.expression);
        return [];
      } catch (error) {
        return [{ path: [...path], message: `has an invalid JMESPath expression: ${(error as Error).message}` }];
      }
    });
  if (typeof template !== 'object' || template === null) return [];
  return Object.entries(template).flatMap(([name, member]) =>
    templateFaults(member, [...path, Array.isArray(template) ? Number(name) : name]),
  );
}
