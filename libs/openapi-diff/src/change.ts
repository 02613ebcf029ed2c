import type { Json } from './json.js';

/** Most severe first. `breaking`: callers must act; `risky`: they may have to; `safe`: they need not; `info`: only words. */
export const SEVERITIES = ['breaking', 'risky', 'safe', 'info'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** oasdiff's level of the rule, for those who compare with it. */
export type Level = 'ERR' | 'WARN' | 'INFO';

/** An operation: method in lower case, path as the description writes it. */
export interface OperationRef {
  readonly method: string;
  readonly path: string;
}

/** The part of a description that a change belongs to. */
export type Area =
  | 'info'
  | 'servers'
  | 'tags'
  | 'security'
  | 'paths'
  | 'webhooks'
  | 'components'
  | 'parameters'
  | 'requestBody'
  | 'responses'
  | 'headers'
  | 'schema'
  | 'callbacks'
  | 'links';

/** One classified difference. */
export interface Change {
  /** Names the change by content: the same two documents give the same ids, whatever the order of keys. */
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly level: Level;
  readonly area: Area;
  /** The operation, when the change concerns exactly one. */
  readonly operation?: OperationRef;
  /** All operations that the change reaches, when it is the root cause for several. */
  readonly operations?: readonly OperationRef[];
  /** JSON pointers into the documents (canonical form when they are not at hand). */
  readonly pointer: { readonly before?: string; readonly after?: string };
  /** Lines of the pointers, when the texts are at hand; from 1. */
  readonly line?: { readonly before?: number; readonly after?: number };
  /** The old and the new value, cut to a bounded size. */
  readonly before?: Json;
  readonly after?: Json;
  /** One sentence for people. */
  readonly message: string;
}

export const operationKey = ({ method, path }: OperationRef): string => `${method} ${path}`;

export const operationText = ({ method, path }: OperationRef): string => `${method.toUpperCase()} ${path}`;

/** Every operation that a change reaches. */
export const operationsOf = ({ operation, operations }: Change): readonly OperationRef[] =>
  operations ?? (operation ? [operation] : []);
