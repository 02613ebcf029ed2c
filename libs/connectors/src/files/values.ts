import { exactNumber, type InexactNumbers, parseJson } from '@tidemark/resilience';
import type { Json } from '@tidemark/connector-sdk';
import type { ValueType } from './files.config.js';

/** A field's text as a value of the type; undefined when it is invalid. Empty text is null, except for type text. */
export function valueOf(text: string, type: ValueType, inexact?: InexactNumbers): Json | undefined {
  if (type === 'text') return text;
  if (text === '') return null;
  switch (type) {
    case 'number': {
      const number = text.trim();
      return /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(number)
        ? (exactNumber(number, inexact) as Json)
        : undefined;
    }
    case 'boolean':
      return /^(true|t|yes|1)$/i.test(text) ? true : /^(false|f|no|0)$/i.test(text) ? false : undefined;
    case 'json':
      try {
        return parseJson(text, inexact) as Json;
      } catch {
        return undefined;
      }
  }
}
