import type { CircuitBreaker, HttpClient } from '@tidemark/resilience';
import type { Destination } from './destination.js';
import type { Manifest } from './manifest.js';
import type { Source } from './source.js';
import type { StageFunction } from './stages.js';

/** What a connector works with, for one connection. */
export interface ConnectorContext<Config> {
  /** Has passed the manifest's schema, defaults filled in. */
  readonly config: Config;
  /** Speaks for the connection: guarded, limited, with its credential applied. */
  readonly http: HttpClient;
  /** For those who speak another protocol than HTTP; null when the connection has no credential. */
  readonly login: (() => Promise<{ readonly username: string; readonly password: string }>) | null;
  /** The breaker of a target such as `host:port`, for those who speak another protocol than HTTP. */
  readonly breaker: (target: string) => CircuitBreaker;
  /** Which addresses may be connected to, for those who speak another protocol than HTTP. */
  readonly resolveHost: (host: string, port: number) => Promise<{ readonly address: string; readonly family: 4 | 6 }>;
  /** A text without anything secret that the credential knows of: for what the other side sends back. */
  redact(text: string): string;
  /** Absolute path of the folder inside which files may be touched, set by the operator; null: none may be. */
  readonly filesRoot: string | null;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Code that talks to one kind of external system. */
export interface Connector<Config = never> {
  readonly manifest: Manifest;
  openSource?(context: ConnectorContext<Config>): Source;
  openDestination?(context: ConnectorContext<Config>): Destination;
  /** A function for every stage of the manifest's pipeline whose service is connector-runner. */
  readonly stages?: Readonly<Record<string, StageFunction>>;
}

/**
 * Joins a manifest with what does its work.
 * @throws Error when the manifest promises something that is missing, or the reverse
 */
export function defineConnector<Config>(
  manifest: Manifest<Config>,
  parts: Pick<Connector<Config>, 'openSource' | 'openDestination' | 'stages'>,
): Connector<Config> {
  const promised = [
    ['source', manifest.source, parts.openSource],
    ['destination', manifest.destination, parts.openDestination],
    ['pipeline', manifest.pipeline, parts.stages],
  ] as const;
  for (const [name, promise, part] of promised)
    if ((promise === undefined) !== (part === undefined))
      throw new Error(`connector ${manifest.name}: its manifest and its parts disagree about its ${name}`);
  const expected = (manifest.pipeline?.stages ?? [])
    .filter(({ service }) => service === 'connector-runner')
    .map(({ name }) => name);
  const given = Object.keys(parts.stages ?? {});
  if (expected.length !== given.length || expected.some((name) => !given.includes(name)))
    throw new Error(`connector ${manifest.name} needs the stages ${expected.join(', ')}, and has ${given.join(', ')}`);
  return { manifest, ...parts };
}
