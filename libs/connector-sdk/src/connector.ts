import type { CircuitBreaker, HttpClient } from '@tidemark/resilience';
import type { Destination } from './destination.js';
import type { Manifest } from './manifest/manifest.js';
import type { Source } from './source.js';

/** A connector's context for one connection. All traffic goes through its guards. */
export interface ConnectorContext<Config> {
  /** Validated by the manifest's schema, with defaults filled in. */
  readonly config: Config;
  /** The connection's HTTP client: guarded, rate-limited, with the credential applied. */
  readonly http: HttpClient;
  /** For protocols other than HTTP; null when the connection has no credential. */
  readonly login: (() => Promise<{ readonly username: string; readonly password: string }>) | null;
  /** The circuit breaker of a target such as `host:port`, for protocols other than HTTP. */
  readonly breaker: (target: string) => CircuitBreaker;
  /** A checked address of a host, for protocols other than HTTP. @throws Terminal · Retryable */
  readonly resolveHost: (host: string, port: number) => Promise<{ readonly address: string; readonly family: 4 | 6 }>;
  /** Removes the credential's secrets from text sent by the external system. */
  redact(text: string): string;
  /** Absolute path of the only folder whose files may be read or written, set by the operator; null: none. */
  readonly filesRoot: string | null;
  /** Absolute paths of the only executables that may be started, set by the operator. */
  readonly programs: readonly string[];
  /** A line for the job's log; secrets of the credential are removed. */
  log(line: string): void;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Code that talks to one kind of external system. */
export interface Connector<Config = unknown> {
  readonly manifest: Manifest;
  openSource?(context: ConnectorContext<Config>): Source;
  openDestination?(context: ConnectorContext<Config>): Destination;
}

/**
 * Combines a manifest with its code.
 * @throws Error when the manifest declares a part that the code lacks, or the reverse
 */
export function defineConnector<Config>(
  manifest: Manifest<Config>,
  parts: Pick<Connector<Config>, 'openSource' | 'openDestination'>,
): Connector<Config> {
  const promised = [
    ['source', manifest.source, parts.openSource],
    ['destination', manifest.destination, parts.openDestination],
  ] as const;
  for (const [name, promise, part] of promised)
    if ((promise === undefined) !== (part === undefined))
      throw new Error(`connector ${manifest.name}: the manifest and the code disagree about the ${name}`);
  return { manifest, ...parts };
}
