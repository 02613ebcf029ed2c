import { connectionEvents, type ConnectionEvent } from './events/connection-events.js';
import { jobEvents, type ChangesDetected, type JobCreated, type JobEvent } from './events/job-events.js';
import { pushEvents, type PushEvent } from './events/push-events.js';
import type { SubscriberEvent } from './events/subscriber-events.js';
import { pipelineOfConnector } from './shapes/pipeline.js';
import { stream } from './stream.js';

type FirstJobCreated = Omit<JobCreated['data'], 'pipeline'> & Partial<Pick<JobCreated['data'], 'pipeline'>>;

/** `job-<id>` */
export const jobStream = stream<JobEvent>('job', jobEvents, {
  upcast: {
    // The first jobs came from before pipelines were things of their own, and name none.
    JobCreated: (data: FirstJobCreated) =>
      data.pipeline ? (data as JobCreated['data']) : { ...data, pipeline: pipelineOfConnector(data.connector) },
  },
});

/** `connection-<id>` */
export const connectionStream = stream<ConnectionEvent>('connection', connectionEvents);

/** `pushes-<connection id>`: what was pushed for a connection, and which job took it. */
export const pushStream = stream<PushEvent>('pushes', pushEvents);

/** `subscribers-<provider id>` */
export const subscriberStream = stream<SubscriberEvent>('subscribers', {
  SubscriberAdded: true,
  SubscriberRemoved: true,
});

/** `alerts-<snapshot id>`: what the subscribers of a provider are notified of. */
export const alertStream = stream<ChangesDetected>('alerts', { ChangesDetected: true });
