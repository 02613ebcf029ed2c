import { connectionEvents } from '../events/connection-events.js';
import type { EventShapes } from '../events/event-data.js';
import { jobEvents } from '../events/job-events.js';
import { schemaOf } from '../fields/json-schema.js';
import { descriptionOf, nameOf, type Shape } from '../fields/shape.js';

const ref = (path: string) => ({ $ref: `#/components/${path}` });

const all: EventShapes = { ...jobEvents, ...connectionEvents };

const messagesOf = (types: Iterable<string>) =>
  Object.fromEntries(Array.from(types, (type) => [type, ref(`messages/${type}`)]));

const channelOf = (aggregate: string, events: EventShapes) => ({
  address: `tidemark.evt.${aggregate}.{type}`,
  title: `What happened to ${aggregate}s`,
  description: `Not kept: for those who listen at the time. In order for each ${aggregate}; repeats have the same \`ce-id\`, the stored event's.`,
  parameters: { type: { description: "The event's type." } },
  messages: messagesOf(Object.keys(events)),
});

export const eventChannels = {
  'job-event': channelOf('job', jobEvents),
  'connection-event': channelOf('connection', connectionEvents),
  'alert-event': {
    address: 'tidemark.evt.alerts.ChangesDetected',
    title: "Notifications for a provider's subscribers",
    description:
      "Not kept. One for each subscription of a provider that changed, with the subscriber's tenant and connection, as " +
      'its ignore list leaves it: all zeros when it ignores everything. Repeats have the same `ce-id`, the stored ' +
      "event's.",
    messages: messagesOf(['ChangesDetected']),
  },
};

/** A relayed event: where it is stored, and its data. */
const messageOf = (type: string, shape: Shape) => {
  const summary = descriptionOf(shape);
  return {
    name: type,
    ...(summary && { summary }),
    headers: ref('schemas/eventHeaders'),
    payload: { allOf: [ref('schemas/Relayed'), ref(`schemas/${nameOf(shape)}`)] },
  };
};

export const eventMessages = Object.fromEntries(
  Object.entries(all).map(([type, shape]) => [type, messageOf(type, shape)]),
);

/** The data of events may gain fields: undeclared ones are left alone. */
export const eventSchemas = {
  ...Object.fromEntries(Object.values(all).map((shape) => [nameOf(shape), schemaOf(shape, { closed: false })])),
  Relayed: {
    type: 'object',
    required: ['stream', 'revision', 'tenant'],
    properties: {
      stream: { type: 'string' },
      revision: { type: 'integer', minimum: 0, description: "The event's position in its stream." },
      tenant: { type: 'string' },
    },
  },
};

export const eventShapes: readonly Shape[] = Object.values(all);
