import type { Credential } from '@tidemark/resilience';
import type { Connector } from '../connector.js';
import type { JsonObject, SourceRecord } from '../source.js';
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
  /** Executables that may be started; default none. */
  readonly programs?: readonly string[];
  readonly log?: (line: string) => void;
}

/** Faults of a response: truncated, not JSON, never sent, a server error (503). */
export type Fault = 'cut' | 'invalidJson' | 'hang' | 'unavailable';
/** The next response only, or every response from now on. */
export type Times = 'once' | 'always';

/**
 * A small system with objects of one kind, which a source reads and a test changes. Its initial objects changed
 * long ago and at least an hour apart; `add`, `change` and `remove` happen now. Methods for what a subject lists in
 * `without` may be missing.
 */
export interface SourceWorld {
  readonly connection: Connection;
  /** External ids of all objects that a complete read returns, in any order. */
  ids(): readonly string[] | Promise<readonly string[]>;
  /** Adds objects; their external ids. */
  add(count: number): readonly string[] | Promise<readonly string[]>;
  change(id: string): void | Promise<void>;
  remove?(id: string): void | Promise<void>;
  /** Adds an object without an id, where a complete read finds it. */
  addWithoutId?(): void | Promise<void>;
  fault?(fault: Fault, times: Times): void;
  /** Responds with 504 to pages of more than `records`. */
  gatewayTimeoutOver?(records: number): void;
  /** Responds with 429 and this Retry-After. */
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
  /** The object to read: its name in the manifest, or its description as in `objects()`. */
  readonly object: string | ObjectManifest;
  start(objects: number): Promise<SourceWorld>;
  /** Records per page in most tests; default 5. */
  readonly pageSize?: number;
  /** Parts that this system cannot simulate, with the reason. */
  readonly without?: Partial<Record<SourceWithout, string>>;
  /** Invalid configurations, and the problem that `check` reports. */
  readonly wrong: readonly WrongConnection<SourceWorld>[];
  /** The id that `fetch` takes for a record; absent where the source does not fetch this object. */
  readonly fetchId?: (record: SourceRecord) => string;
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
  /** The object to write to, with fields `id` (text), `name` (text or null) and `amount` (a number). */
  readonly object: string;
  /** All rows, in any order. */
  rows(): Promise<readonly JsonObject[]>;
  /** From now on all writes fail. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface DestinationSubject {
  readonly connector: Connector;
  start(): Promise<DestinationWorld>;
  /** Modes to test; default all of the manifest. */
  readonly modes?: readonly WriteMode[];
  /** A row that the destination refuses though its batch is fine, and the field it names; null: it accepts every row. */
  readonly refused: { readonly row: JsonObject; readonly field?: string } | null;
  readonly wrong: readonly WrongConnection<DestinationWorld>[];
}
