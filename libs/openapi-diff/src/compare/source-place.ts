import { isReference, asObject, asString, type Json, type JsonObject } from '../json.js';
import { valueAt } from '../pointers.js';

/** A place in the written document, and how many steps of the canonical pointer led there. */
export interface SourcePlace {
  readonly at: string;
  readonly used: number;
  /** The rest of the pointer has no counterpart. */
  readonly final?: boolean;
}

/** Place and name of a parameter; a reference within the document is followed. */
export const parameterKey = (document: JsonObject, parameter: Json | undefined): string => {
  const node = isReference(parameter) ? asObject(valueAt(document, parameter.$ref)) : asObject(parameter);
  return `${asString(node['in']) ?? ''} ${asString(node['name']) ?? ''}`;
};
