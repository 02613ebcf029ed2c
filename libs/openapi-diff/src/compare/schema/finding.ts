import type { Json, JsonObject } from '../../json.js';

/** One difference between two schemas, before it is known where and in which direction they are used. */
export interface Finding {
  /** The end of a rule id (see rules/schema-rules), or one of the structural kinds below. */
  readonly kind: string;
  readonly before?: Json;
  readonly after?: Json;
  /** The property or key concerned, when it is not the schema itself. */
  readonly name?: string;
  /** JSON pointer steps from the schema to the place. */
  readonly at?: string;
  /** For changes of properties: the property's schema, its flags decide the rule. */
  readonly property?: JsonObject;
  readonly required?: boolean;
  /** For changes of `required`: the property's schema before, when there was one. */
  readonly was?: JsonObject;
  /** Of a change of type: the types of the items that the value became, if they are limited as it was. */
  readonly wrapsOne?: string[];
  /** `field`: only when counting as oasdiff does; `own`: only when not. */
  readonly mode?: 'field' | 'own';
  /** Only where the schema is a whole body, or only where it is not. */
  readonly only?: 'root' | 'inside';
}

/** Kinds whose rule depends on more than direction and scope. */
export const PROPERTY_ADDED = 'property-added';
export const PROPERTY_REMOVED = 'property-removed';
export const PROPERTY_REQUIRED = 'property-required';
export const PROPERTY_OPTIONAL = 'property-optional';
export const READ_ONLY = 'read-only-changed';
export const WRITE_ONLY = 'write-only-changed';
export const TYPE = 'type';
export const TYPE_LIST = 'type-list';
export const DEPRECATED = 'deprecated-changed';
export const STABILITY = 'stability-changed';
/** oasdiff only: the bound of the lists in a list that is a parameter. */
export const MAX_ITEMS_OF_ITEMS = 'max-items-of-items';
/** oasdiff only: an exclusive bound of OpenAPI 3.0, a yes or no, was turned. */
export const EXCLUSIVE_FLIPPED = 'exclusive-flipped';

/** Where a child schema sits in its parent. */
export interface Step {
  /** For people: `name`, `items`, `oneOf[2]`; empty for a part of the same value. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** For the root of a schema, which has no place inside another. */
export const NOWHERE: Step = { path: '', before: '', after: '' };

/** Two schemas compared once, wherever they are used; children form a graph that may have cycles. */
export interface SchemaPair {
  readonly before: JsonObject;
  readonly after: JsonObject;
  findings: Finding[];
  readonly children: Edge[];
}

export interface Edge {
  readonly step: Step;
  readonly pair: SchemaPair;
  /** The component on each side, when the schema was reached by a reference there. */
  readonly refBefore?: string;
  readonly refAfter?: string;
}
