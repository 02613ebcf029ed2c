import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectors } from '@tidemark/connectors';
import { Edge } from '../../installations/edge.js';

let edge: Edge;

beforeAll(async () => {
  edge = await Edge.start();
});
afterAll(() => edge.close());

const get = async (path = '') => edge.call('GET', `/v1/connectors${path}`);

describe('the connectors over HTTP', () => {
  it('are all listed, by name', async () => {
    const { body } = await get();
    expect(body.data.map(({ name }: { name: string }) => name)).toEqual([...connectors.keys()].sort());
    for (const connector of body.data) expect((await get(`/${connector.name}`)).body).toEqual(connector);
  });

  it('describe their source, destination and config', async () => {
    const { body } = await get('/openapi');
    expect(body).toMatchObject({ source: null, destination: null, stages: expect.arrayContaining(['fetch', 'alert']) });
    expect(body.config).toMatchObject({ type: 'object', required: ['url'], additionalProperties: false });
    expect((await get('/github')).body).toMatchObject({
      source: { modes: expect.any(Array) },
      stages: ['prepare', 'sync', 'finalize'],
    });
    expect((await get('/nothing')).status).toBe(404);
  });
});
