import type { Both } from '../../both.js';
import type { Json, JsonObject } from '../../json.js';

/** One difference between two schemas, before it is known where and in which direction they are used. */
export interface Finding extends Partial<Both<Json>> {
  /** The end of a rule id (see rules/schema-rules), or one of the structural kinds below. */
  readonly kind: string;
  /** The property or key concerned, when it is not the schema itself. */
  readonly name?: string;
  /** JSON pointer steps from the schema to the place. */
  readonly at?: string;
  /** For changes of properties: the property's schema, its flags decide the rule. */
  readonly property?: JsonObject | undefined;
  readonly required?: boolean;
  /** Of a property that is no longer listed: it is refused now. */
  readonly refused?: boolean;
  /** For changes of `required`: the property's schema before, when there was one. */
  readonly propertyBefore?: JsonObject | undefined;
  /** How the values are named to people, where they would not read well by themselves. */
  readonly words?: Partial<Both<string>>;
  /** Of a change of type: the types of the items that the value became, if they are limited as it was. */
  readonly itemTypes?: readonly string[];
}

export type Add = (finding: Finding) => void;

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
/** An exclusive bound of OpenAPI 3.0, a yes or no, was turned. */
export const EXCLUSIVE_FLIPPED = 'exclusive-flipped';

/** Where a child schema sits in its parent: pointers from there, and a path for people. */
export interface Step extends Both<string> {
  /** `name`, `items`, `oneOf[2]`; empty for a part of the same value. */
  readonly path: string;
}

/** A step that is the same on both sides. */
export const stepTo = (path: string, at: string): Step => ({ path, before: at, after: at });

/** For the root of a schema, which has no place inside another. */
export const NOWHERE = stepTo('', '');

/** Two schemas compared once, wherever they are used; children form a graph that may have cycles. */
export interface SchemaPair extends Both<JsonObject> {
  readonly findings: Finding[];
  readonly children: Edge[];
}

export interface Edge {
  readonly step: Step;
  readonly pair: SchemaPair;
  /** The component on each side, when the schema was reached by a reference there. */
  readonly refBefore?: string | undefined;
  readonly refAfter?: string | undefined;
}
