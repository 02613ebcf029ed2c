import { compile, TreeInterpreter, type JSONValue } from '@jmespath-community/jmespath';
import { Terminal } from '@tidemark/resilience';
import type { Json } from '@tidemark/connector-sdk';

/** Finds a value in another; null when there is none. @throws Terminal when it cannot be evaluated on this value */
export type Expression = (value: Json) => Json;

/** A compiled JMESPath expression of the config. `field` names it in errors. */
export function expressionOf(text: string, field: string): Expression {
  const node = compile(text);
  return (value) => {
    try {
      return (TreeInterpreter.search(node, value as JSONValue) ?? null) as Json;
    } catch (cause) {
      // No cause: an expression's error message may quote received data.
      const why = (cause as Error).message.split(':', 1)[0]!;
      throw new Terminal(
        'SOURCE_INVALID_RESPONSE',
        `${field}: ${text} cannot be evaluated on the received data: ${why}`,
        {
          field,
        },
      );
    }
  };
}

/** A value's type and shape in a few words, without the value itself. */
export function shapeOf(value: Json): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== 'object') return `a ${typeof value}`;
  const keys = Object.keys(value);
  return `an object with ${keys.slice(0, 10).join(', ') || 'no fields'}${keys.length > 10 ? ', …' : ''}`;
}
