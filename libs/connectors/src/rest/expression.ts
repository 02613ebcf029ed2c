import { Terminal } from '@tidemark/resilience';
import type { Json } from '@tidemark/connector-sdk';
import { evaluate, Inapplicable } from './evaluate.js';

/** Finds a value in another; null when there is none. @throws Terminal when it cannot be evaluated on this value */
export type Expression = (value: Json) => Json;

/** A JMESPath expression of the config. `field` names it in errors. */
export const expressionOf =
  (text: string, field: string): Expression =>
  (value) => {
    try {
      return evaluate(value, [text])[0]!;
    } catch (error) {
      throw error instanceof Inapplicable ? inapplicable(text, field, error) : error;
    }
  };

export const inapplicable = (text: string, field: string, { why }: Inapplicable): Terminal =>
  new Terminal('SOURCE_INVALID_RESPONSE', `${field}: ${text} cannot be evaluated on the received data: ${why}`, {
    field,
  });

/** A value's type and shape in a few words, without the value itself. */
export function shapeOf(value: Json): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== 'object') return `a ${typeof value}`;
  const keys = Object.keys(value);
  return `an object with ${keys.slice(0, 10).join(', ') || 'no fields'}${keys.length > 10 ? ', …' : ''}`;
}
