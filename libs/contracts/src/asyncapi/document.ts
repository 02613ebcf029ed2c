import { componentsOf, typeSchema } from '../fields/json-schema.js';
import { shaped, type FieldType } from '../fields/field-type.js';
import { nameOf, type Shape } from '../fields/shape.js';
import { ErrorReply } from '../shapes/error.js';
import { IngestedRecords, PushesWaiting } from '../shapes/pushes.js';
import { Beat, DeadLetter, EndedJob, Work } from '../shapes/work.js';
import { healthVerbsOf, projectionVerbsOf } from '../verbs/operations.js';
import { services } from '../verbs/services.js';
import type { Verb } from '../verbs/verb.js';
import { eventChannels, eventMessages, eventSchemas, eventShapes } from './events.js';
import { headerSchemas } from './headers.js';

const description = `What Tidemark's services say to each other, and what a program of your own may say to them, on NATS. Data is JSON in
UTF-8. Times of events are milliseconds since the epoch; times in requests and replies are ISO 8601, in replies in UTC.

A program that wants sync jobs requests them on \`tidemark.cmd.job-coordinator.create\`; one that wants to know what happens
subscribes to \`tidemark.evt.>\`. Events are not kept on NATS: to read them later, add a stream of your own on these subjects.
Everything else is the services' own affair and may change with them. Who may publish on these subjects may act for any tenant: give producers NATS accounts
with the subjects that they need.

With the setting \`TIDEMARK_NAMESPACE\`, its value stands in the place of the first token of every subject and in the names
of the streams.

Every request is validated: VALIDATION_FAILED names the fields at fault in \`fields\`. Any request may be answered with
INTERNAL, or with the error of a part that is out of service, such as EVENT_STORE_UNAVAILABLE.
`;

const verbs: readonly Verb[] = [
  ...Object.values(services).map((service) => service.verbs),
  healthVerbsOf('{service}'),
  projectionVerbsOf('{ownerOfViews}'),
].flatMap((table) => Object.values<Verb>(table));

const owners = Object.entries(services).flatMap(([name, { ownsViews }]) => (ownsViews ? [name] : []));

const ref = (path: string) => ({ $ref: `#/${path}` });
const fromEntries = <T, R>(items: readonly T[], entry: (item: T) => readonly [string, R]) =>
  Object.fromEntries(items.map(entry));

/** The AsyncAPI document of every subject and message on the broker. */
export const asyncApi = () => ({
  asyncapi: '3.0.0',
  id: 'urn:tidemark:messages',
  info: {
    title: 'Tidemark messages',
    version: '1',
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    description,
  },
  defaultContentType: 'application/json',
  servers: {
    nats: {
      host: 'localhost:4222',
      protocol: 'nats',
      description: 'NATS 2.10 or newer with JetStream; the setting `TIDEMARK_BROKER`.',
    },
  },
  channels: { ...fromEntries(verbs, verbChannel), reply: replyChannel, ...queueChannels, ...eventChannels },
  operations: { ...fromEntries(verbs, verbOperation), ...messageOperations },
  components: {
    parameters: {
      service: { enum: Object.keys(services), description: 'Any service.' },
      ownerOfViews: { enum: owners, description: 'A service that owns views.' },
    },
    messages: {
      ...fromEntries(verbs, ({ name, input }) => [`${name}.request`, requestMessage(input)]),
      ...fromEntries(verbs, ({ name, output }) => [`${name}.reply`, { payload: typeSchema(output) }]),
      error: { headers: ref('components/schemas/errorHeaders'), payload: refTo(ErrorReply) },
      leg: { headers: ref('components/schemas/eventHeaders'), payload: refTo(Work) },
      jobEnded: { headers: ref('components/schemas/eventHeaders'), payload: refTo(EndedJob) },
      pushesWaiting: { headers: ref('components/schemas/eventHeaders'), payload: refTo(PushesWaiting) },
      records: { payload: refTo(IngestedRecords) },
      beat: { payload: refTo(Beat) },
      echo: { payload: { type: 'object', additionalProperties: false } },
      deadLetter: { payload: refTo(DeadLetter) },
      ...eventMessages,
    },
    schemas: { ...headerSchemas, ...componentsOf(usedTypes(), { closed: true }), ...eventSchemas },
  },
});

const usedTypes = (): FieldType[] => [
  ...verbs.flatMap(({ input, output }) => [shaped(() => input), output]),
  ...[ErrorReply, Work, EndedJob, Beat, DeadLetter, PushesWaiting, IngestedRecords, ...eventShapes].map(
    (shape: Shape) => shaped(() => shape),
  ),
];

const refTo = (shape: Shape) => ref(`components/schemas/${nameOf(shape)}`);

const requestMessage = (input: Shape) => ({
  headers: ref('components/schemas/commandHeaders'),
  payload: refTo(input),
});

const verbChannel = ({ name, subject, summary }: Verb) => {
  const [, parameter] = /\{(\w+)\}/.exec(subject) ?? [];
  return [
    name,
    {
      address: subject,
      title: summary,
      ...(parameter && { parameters: { [parameter]: ref(`components/parameters/${parameter}`) } }),
      messages: { request: ref(`components/messages/${name}.request`) },
    },
  ] as const;
};

const verbOperation = ({ name, summary, description: more, errors }: Verb) =>
  [
    name,
    {
      action: 'receive',
      channel: ref(`channels/${name}`),
      summary: errors.length > 0 ? `${summary}. Errors: ${errors.join(', ')}` : summary,
      ...(more && { description: more }),
      reply: {
        channel: ref('channels/reply'),
        messages: [ref(`channels/reply/messages/${name}`), ref('channels/reply/messages/error')],
      },
    },
  ] as const;

const replyChannel = {
  address: null,
  description: 'The inbox that the request names. An error has the header `tidemark-error`.',
  messages: {
    ...fromEntries(verbs, ({ name }) => [name, ref(`components/messages/${name}.reply`)]),
    error: ref('components/messages/error'),
  },
};

const queueChannels = {
  work: {
    address: 'tidemark.work.{service}.{stage}',
    title: 'Legs that wait for a runner',
    description: 'Stream `tidemark_WORK`, a work queue; each service has one durable consumer of its name.',
    parameters: {
      service: { enum: ['connector-runner', 'differ'], description: 'Whose leg it is.' },
      stage: { description: 'The first stage of the leg: `fetch`, `diff`, …' },
    },
    messages: { leg: ref('components/messages/leg') },
  },
  'job-ended': {
    address: 'tidemark.work.job-coordinator.job-ended',
    title: "Jobs whose cursor is to be committed and whose connection's next sync is to be planned",
    messages: { ended: ref('components/messages/jobEnded') },
  },
  pushed: {
    address: 'tidemark.work.job-coordinator.pushed',
    title: 'Connections for which something was pushed that no job has taken',
    messages: { waiting: ref('components/messages/pushesWaiting') },
  },
  ingest: {
    address: 'tidemark.ingest.{tenant}.{connectionId}',
    title: 'Objects that programs push for a connection',
    description:
      'Stream `tidemark_WORK`. A message holds one record, or `records`: a list of them. It is taken once for its id; what ' +
      'cannot be used becomes a dead letter of the tenant.',
    parameters: { tenant: { description: 'Whose connection it is.' }, connectionId: {} },
    messages: { records: ref('components/messages/records') },
  },
  beat: {
    address: 'tidemark.beat.{jobId}',
    title: "Heartbeats of a job's runner",
    description: 'Not stored; may be lost.',
    parameters: { jobId: {} },
    messages: { beat: ref('components/messages/beat') },
  },
  echo: {
    address: 'tidemark.echo.{processId}',
    title: 'What a coordinator sends to itself, to know that it hears the heartbeats of others',
    description: 'Not stored; may be lost.',
    parameters: { processId: {} },
    messages: { echo: ref('components/messages/echo') },
  },
  dead: {
    address: 'tidemark.dead.{durable}.{tenant}',
    title: 'Messages that will not be delivered again',
    description: 'Stream `tidemark_DEAD`; they stay until an operator redrives or discards them.',
    parameters: {
      durable: { description: 'The consumer or relay that gave up: `job-coordinator`, `relay-differ`, …' },
      tenant: { description: 'Characters other than letters, digits, - and _ are written as `~<hex>~`.' },
    },
    messages: { deadLetter: ref('components/messages/deadLetter') },
  },
};

const on = (action: 'send' | 'receive', channel: string) => ({ action, channel: ref(`channels/${channel}`) });

const messageOperations = {
  offerLeg: on('send', 'work'),
  takeLeg: on('receive', 'work'),
  offerEnd: on('send', 'job-ended'),
  takeEnd: on('receive', 'job-ended'),
  relayJobEvent: on('send', 'job-event'),
  relayConnectionEvent: on('send', 'connection-event'),
  notifySubscriber: on('send', 'alert-event'),
  offerPushes: on('send', 'pushed'),
  takePushes: on('receive', 'pushed'),
  takeRecords: on('receive', 'ingest'),
  beat: on('send', 'beat'),
  hearBeat: on('receive', 'beat'),
  echo: on('send', 'echo'),
  hearEcho: on('receive', 'echo'),
  giveUp: on('send', 'dead'),
};
