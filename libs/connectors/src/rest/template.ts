import { isJsonObject, type Json } from '@tidemark/foundation';
import { evaluate, Inapplicable } from './evaluate.js';
import { partsOf } from './template.config.js';

/** A template cannot be filled with these values. The message names the expression, and no value. */
export class Unfillable extends Error {}

/** Fills a template: a text that is one `{{expression}}` becomes its value, others have values put into the text. */
export type Template = (values: Json) => Json;

export function templateOf(template: Json): Template {
  if (typeof template === 'string') {
    const parts = partsOf(template);
    const [only] = parts;
    if (parts.length === 1 && only && 'expression' in only) return (values) => valueOf(only.expression, values);
    return parts.some((part) => 'expression' in part) ? textTemplate(template) : () => template;
  }
  if (Array.isArray(template)) {
    const items = template.map((item: Json) => templateOf(item));
    return (values) => items.map((item) => item(values));
  }
  if (!isJsonObject(template)) return () => template;
  const members = Object.entries(template).map(([name, member]) => [name, templateOf(member)] as const);
  return (values) => Object.fromEntries(members.map(([name, member]) => [name, member(values)])) as Json;
}

/** A template of text; `encode` applies to the values put into it. @throws Unfillable for a list or an object */
export function textTemplate(
  template: string,
  encode: (text: string, expression: string) => string = String,
): (values: Json) => string {
  // prettier-ignore
  const parts = partsOf(template);
  return (values) =>
    parts
      .map((part) => {
        if ('text' in part) return part.text;
        const value = valueOf(part.expression, values);
        if (typeof value === 'object' && value !== null)
          throw new Unfillable(`${part.expression} is a list or an object, which cannot be part of a text`);
        return encode(value === null ? '' : String(value), part.expression);
      })
      .join('');
}

function valueOf(expression: string, values: Json): Json {
  try {
    return evaluate(values, [expression])[0]!;
  } catch (error) {
    throw error instanceof Inapplicable ? new Unfillable(`${expression} cannot be evaluated: ${error.why}`) : error;
  }
}
