import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client';
import type { EventMetadata, RecordedEvent } from '../port.js';

/** The driver's event as the port's. Positions are byte offsets of the server's log: safe integers up to 8 PiB. */
export function recorded(resolved: ResolvedEvent | AllStreamResolvedEvent, stream: string): RecordedEvent {
  const event = resolved.event!;
  return {
    id: event.id,
    type: event.type,
    data: event.data as unknown,
    metadata: (event.metadata ?? {}) as EventMetadata,
    stream,
    revision: Number(event.revision),
    position: Number(resolved.commitPosition ?? event.position?.commit),
    recordedAt: event.created.getTime(),
  };
}
