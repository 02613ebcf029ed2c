import type { Json, JsonObject } from '@tidemark/foundation';
/** A mutable JSON object. */
type Draft = { [key: string]: Json };

/** One published version of the sample API's description. */
export interface Edition {
  /** `1.0.0`, then `1.1.0`, `2.0.0`, `2.1.0`, `3.0.0`, … */
  readonly version: string;
  /** An OpenAPI 3.1 document. */
  readonly document: JsonObject;
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const text = { type: 'string' };
const number = { type: 'number' };
const time = { type: 'string', format: 'date-time' };
const listOf = (name: string) => ({ type: 'array', items: ref(name) });
const answer = (description: string, schema?: Json) => ({
  description,
  ...(schema && { content: { 'application/json': { schema } } }),
});
const stationId = { name: 'stationId', in: 'path', required: true, schema: text };
const query = (name: string, schema: Json, description: string) => ({ name, in: 'query', description, schema });

const base = {
  openapi: '3.1.0',
  info: { title: 'Tide tables', version: '', description: 'High and low water at the stations of a small coast.' },
  paths: {
    '/stations': {
      get: {
        operationId: 'listStations',
        summary: 'List the stations',
        parameters: [query('region', text, 'Only stations of this region')],
        responses: { '200': answer('The stations', listOf('Station')) },
      },
    },
    '/stations/{stationId}': {
      get: {
        operationId: 'getStation',
        summary: 'Show a station',
        parameters: [stationId],
        responses: { '200': answer('The station', ref('Station')), '404': answer('No such station') },
      },
    },
    '/stations/{stationId}/tides': {
      get: {
        operationId: 'listTides',
        summary: 'List high and low waters',
        parameters: [stationId, query('days', { type: 'integer', maximum: 31 }, 'How many days from today on')],
        responses: { '200': answer('The tides', listOf('Tide')), '404': answer('No such station') },
      },
    },
    '/stations/{stationId}/forecast': {
      get: {
        operationId: 'getForecast',
        summary: 'Forecast the next tide',
        parameters: [stationId],
        responses: { '200': answer('The next tide', ref('Tide')), '404': answer('No such station') },
      },
    },
    '/alerts': {
      post: {
        operationId: 'createAlert',
        summary: 'Create a tide alert',
        requestBody: { required: true, content: { 'application/json': { schema: ref('Alert') } } },
        responses: { '201': answer('The alert was created') },
      },
    },
  },
  components: {
    schemas: {
      Station: {
        type: 'object',
        required: ['id', 'name'],
        properties: { id: text, name: text, latitude: number, longitude: number },
      },
      Tide: {
        type: 'object',
        required: ['at', 'height'],
        properties: { at: time, height: number, kind: { type: 'string', enum: ['high', 'low'] } },
      },
      Alert: {
        type: 'object',
        required: ['station'],
        properties: { station: text, email: text, tides: { type: 'string', enum: ['high', 'low', 'spring'] } },
      },
    },
  },
};

/** The changes of a version to the previous one: values by JSON pointer; undefined removes. */
type Patch = { readonly [pointer: string]: Json | undefined };

/** Measurements of the stations besides tides: a different one in every round. */
const measurements = ['currents', 'waves', 'temperature', 'wind'];

const added = (what: string): Patch => ({
  [`/paths/~1stations~1{stationId}~1${what}`]: {
    get: {
      operationId: `list-${what}`,
      summary: `List measurements: ${what}`,
      parameters: [stationId],
      responses: { '200': answer('The measurements', { type: 'array', items: number }) },
    },
  },
  '/paths/~1stations~1{stationId}~1tides/get/parameters/2': query('datum', text, 'What heights are measured from'),
});

const broken: Patch = {
  '/paths/~1stations~1{stationId}~1forecast': undefined,
  '/components/schemas/Alert/required': ['station', 'email'],
  '/components/schemas/Alert/properties/tides/enum': ['high', 'low'],
  '/components/schemas/Tide/properties/height': text,
};

const grown: Patch = {
  '/paths/~1regions': {
    get: {
      operationId: 'listRegions',
      summary: 'List the regions',
      responses: { '200': answer('Their names', { type: 'array', items: text }) },
    },
  },
  '/components/schemas/Station/properties/timeZone': text,
};

/** The steps of a round, each on top of the ones before; the next round begins with the base again. */
const steps = [
  { major: 0, minor: 0, patch: (): Patch => ({}) },
  { major: 0, minor: 1, patch: added },
  { major: 1, minor: 0, patch: () => broken },
  { major: 1, minor: 1, patch: () => grown },
];
const majorsOfRound = 2;

/** The n-th published version, from 0, without limit. The same n gives the same document. */
export function edition(n: number): Edition {
  const round = Math.floor(n / steps.length);
  const at = n % steps.length;
  const { major, minor } = steps[at]!;
  const version = `${1 + round * majorsOfRound + major}.${minor}.0`;
  const document: Draft = structuredClone(base);
  apply(document, { '/info/version': version });
  for (const { patch } of steps.slice(0, at + 1)) apply(document, patch(measurements[round % measurements.length]!));
  return { version, document };
}

function apply(document: Draft, patch: Patch): void {
  for (const [pointer, value] of Object.entries(patch)) {
    const path = pointer
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = path.pop()!;
    const parent = path.reduce((node, key) => node[key] as Draft, document);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
}
