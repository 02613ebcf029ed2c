/** Headers of messages, as JSON Schemas. */
const traceparent = { $ref: '#/components/schemas/traceparent' };

export const headerSchemas = {
  commandHeaders: {
    type: 'object',
    properties: {
      'tidemark-actor': {
        type: 'string',
        description: 'The caller: `key:<id>`, `runner:<id>` or the name of a producer. Default: internal.',
      },
      'tidemark-correlation-id': {
        type: 'string',
        description: 'The id of the request that started it all.',
      },
      'tidemark-causation-id': {
        type: 'string',
        description: 'The id of the message that led to this one. Default: ce-id.',
      },
      'ce-id': { type: 'string', description: 'The id of this message.' },
      traceparent,
    },
  },
  eventHeaders: {
    description: 'CloudEvents 1.0 in binary mode, and the origin of the event.',
    type: 'object',
    required: ['ce-id', 'ce-type', 'ce-source', 'ce-specversion', 'ce-subject', 'ce-time'],
    properties: {
      'ce-id': { type: 'string', description: 'The same id is the same message; also in `Nats-Msg-Id`.' },
      'ce-type': { type: 'string', description: "The stored event's type." },
      'ce-source': { enum: ['/tidemark/job-coordinator', '/tidemark/differ'] },
      'ce-specversion': { const: '1.0' },
      'ce-subject': { type: 'string', description: "The stored event's stream: `job-<id>`, `connection-<id>`, …" },
      'ce-time': { type: 'string', format: 'date-time' },
      'tidemark-correlation-id': { type: 'string' },
      traceparent,
    },
  },
  errorHeaders: {
    type: 'object',
    required: ['tidemark-error'],
    properties: { 'tidemark-error': { const: '1' } },
  },
  traceparent: {
    description: 'W3C Trace Context.',
    type: 'string',
    pattern: '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
  },
};
