import { instantOf } from '@tidemark/foundation';
import type { ServiceName } from './verbs/services.js';

/** The actor and origin of a message; travels in its headers and ends up in every event's metadata. */
export interface CommandContext {
  readonly tenant: string;
  /** `key:<id>`, `schedule`, `runner:<id>`, `coordinator`. */
  readonly actor: string;
  /** The id of the request that started it all. */
  readonly correlationId?: string;
  readonly causationId?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
}

/** The origin of an activity: every message and event that follows from it carries the same. */
export type Origin = Pick<CommandContext, 'correlationId' | 'traceparent'>;

/** Undefined when there is nothing to carry. */
export function originOf({ correlationId, traceparent }: Origin): Origin | undefined {
  if (correlationId === undefined && traceparent === undefined) return undefined;
  return { ...(correlationId && { correlationId }), ...(traceparent && { traceparent }) };
}

/** The parts of a stored event that the messages following from it carry. */
export interface StoredAbout {
  readonly type: string;
  readonly stream: string;
  /** Milliseconds since the epoch. */
  readonly recordedAt: number;
}

/** The headers of a message that follows from a stored event: CloudEvents' binary mode, and its origin. */
export function eventHeaders(
  service: ServiceName,
  id: string,
  { type, stream, recordedAt }: StoredAbout,
  { correlationId, traceparent }: Origin,
): Headers {
  return {
    'ce-id': id,
    'ce-type': type,
    'ce-source': `/tidemark/${service}`,
    'ce-specversion': '1.0',
    'ce-subject': stream,
    'ce-time': instantOf(recordedAt),
    ...(correlationId && { 'tidemark-correlation-id': correlationId }),
    ...(traceparent && { traceparent }),
  };
}

export type Headers = Readonly<Record<string, string>>;

/** The context as message headers. The tenant travels in the data. */
export function contextHeaders({ actor, correlationId, causationId, traceparent }: CommandContext): Headers {
  return {
    'tidemark-actor': actor,
    ...(correlationId && { 'tidemark-correlation-id': correlationId }),
    ...(causationId && { 'tidemark-causation-id': causationId }),
    ...(traceparent && { traceparent }),
  };
}

/** The context of a message. */
export function contextOf(tenant: string, headers: Headers): CommandContext {
  return {
    tenant,
    actor: headers['tidemark-actor'] ?? 'internal',
    correlationId: headers['tidemark-correlation-id'],
    causationId: headers['tidemark-causation-id'] ?? headers['ce-id'],
    traceparent: headers['traceparent'],
  };
}
