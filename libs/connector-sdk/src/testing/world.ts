import type { Credential } from '@tidemark/resilience';
import type { Connector } from '../connector.js';
import type { JsonObject } from '../source.js';
import type { ObjectManifest, WriteMode } from '../manifest/manifest.js';

/** The connection that a connector under test is opened with. */
export interface Connection {
  readonly config: unknown;
  /** Its secret parts contain the CANARY. */
  readonly credential?: Credential;
  /** Addresses that may be connected to besides public ones; default `127.0.0.1`. */
  readonly allow?: readonly string[];
  /** The folder whose files may be read or written; default none. */
  readonly filesRoot?: string;
}

/** What can be wrong with a response: cut off, not JSON, never sent, a server error (503). */
export type Fault = 'cut' | 'invalidJson' | 'hang' | 'unavailable';
/** The next response only, or every response from now on. */
export type Times = 'once' | 'always';

/**
 * A small system with objects of one kind, that a source reads and a test changes. The objects it starts with changed
 * long ago and at least an hour apart; `add`, `change` and `remove` happen now. Methods for what a subject lists in
 * `without` may be missing.
 */
export interface SourceWorld {
  readonly connection: Connection;
  /** External ids of all objects that a complete read gives, in any order. */
  ids(): readonly string[] | Promise<readonly string[]>;
  /** Adds objects; their external ids. */
  add(count: number): readonly string[] | Promise<readonly string[]>;
  change(id: string): void | Promise<void>;
  remove?(id: string): void | Promise<void>;
  /** Adds an object without an id, where a complete read meets it. */
  addWithoutId?(): void | Promise<void>;
  fault?(fault: Fault, times: Times): void;
  /** Responds 504 to pages of more than `records`. */
  gatewayTimeoutOver?(records: number): void;
  /** Responds 429 with this Retry-After. */
  rateLimit?(retryAfterSeconds: number, times: Times): void;
  /** The credential's token is refused from now on; the credential can renew it. */
  expireToken?(): void;
  /** The credential's token is refused from now on, and so is its renewal. */
  revokeToken?(): void;
  /** Resolves when a hanging request has arrived. */
  hanging?(): Promise<unknown>;
  close(): Promise<void>;
}

/** Parts of a suite that a system may be unable to simulate. */
export type SourceWithout =
  | 'cut'
  | 'invalidJson'
  | 'hang'
  | 'unavailable'
  | 'gatewayTimeout'
  | 'rateLimit'
  | 'tokenExpiry'
  | 'missingId'
  | 'since';

export interface SourceSubject {
  readonly connector: Connector;
  /** What is read: the name of an object in the manifest, or what `objects()` says of it. */
  readonly object: string | ObjectManifest;
  start(objects: number): Promise<SourceWorld>;
  /** Records a page in most tests; default 5. */
  readonly pageSize?: number;
  /** What this system cannot simulate, with the reason. */
  readonly without?: Partial<Record<SourceWithout, string>>;
  /** Configurations with which nothing can be read, and what `check` says of them. */
  readonly wrong: readonly WrongConnection<SourceWorld>[];
}

export interface WrongConnection<World> {
  /** Completes `check explains …`: `a host that does not exist`. */
  readonly what: string;
  connection(world: World): Connection;
  readonly code: string;
  readonly field?: string;
}

/** A small system that a destination writes into. */
export interface DestinationWorld {
  readonly connection: Connection;
  /** Where rows go. It takes fields `id` (text), `name` (text or null) and `amount` (a number). */
  readonly object: string;
  /** All rows, in any order. */
  rows(): Promise<readonly JsonObject[]>;
  /** From now on nothing can be written. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface DestinationSubject {
  readonly connector: Connector;
  start(): Promise<DestinationWorld>;
  /** Those to run; default all of the manifest. */
  readonly modes?: readonly WriteMode[];
  /** A row that the destination refuses though its batch is fine, and the field it names; null: it takes every row. */
  readonly refused: { readonly row: JsonObject; readonly field?: string } | null;
  readonly wrong: readonly WrongConnection<DestinationWorld>[];
}
