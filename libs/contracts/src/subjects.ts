/** Every subject that Tidemark's services exchange messages on. See asyncapi.yaml for senders and receivers. */

/** Request/reply: `tidemark.cmd.<service>.<verb>`. */
export const command = (service: string, verb: string) => `tidemark.cmd.${service}.${verb}`;

/** Work queue of one leg: `tidemark.work.<service>.<first stage>`. */
export const workSubject = (service: string, stage: string) => `tidemark.work.${service}.${stage}`;

/** Objects that a program pushes for a connection: `tidemark.ingest.<tenant>.<connection id>`. */
export const ingestSubject = (tenant: string, connectionId: string) => `tidemark.ingest.${tenant}.${connectionId}`;

/** Relayed events: `tidemark.evt.<aggregate>.<EventType>`. */
export const eventSubject = (aggregate: string, type: string) => `tidemark.evt.${aggregate}.${type}`;

/** Lossy heartbeats of one job's runner. */
export const beatSubject = (jobId: string) => `tidemark.beat.${jobId}`;

/** What a process sends to itself: it comes back only while the process can hear the others. */
export const echoSubject = (processId: string) => `tidemark.echo.${processId}`;
