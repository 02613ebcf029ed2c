import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { noopConnection, startEdge, type Edge } from '../testing/edge.js';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge();
}, 30_000);
afterAll(() => edge.close());

describe('the HTTP API', () => {
  it('answers the first calls exactly', async () => {
    const created = await edge.call('POST', '/v1/connections', { body: noopConnection });
    console.log(created.status, created.body);
    const job = await edge.call('POST', `/v1/connections/${created.body.id}/jobs`, { body: { type: 'full' } });
    console.log(job.status, job.body);
    const got = await edge.call('GET', `/v1/jobs/${job.body.id}`);
    console.log(got.status, got.body, [...got.headers]);
    console.log(await edge.call('GET', `/v1/connections/${created.body.id}/jobs`));
    console.log((await edge.call('GET', `/v1/jobs?perPage=300&x=1&state=foo,running`)).body);
    console.log((await edge.call('GET', `/v1/jobs/x`)).body);
    console.log((await edge.call('GET', `/nowhere`)).body);
    console.log((await edge.call('POST', `/v1/connections`, { body: '{"a":' })).body);
    console.log(
      (
        await edge.call('POST', `/v1/connections`, {
          body: { name: 3, source: { connector: 'x', config: 1, z: 1 }, schedule: {}, foo: null },
        })
      ).body,
    );
    console.log(await edge.call('POST', `/v1/connections`, { body: 'x', headers: { 'content-type': 'text/plain' } }));
    console.log((await edge.call('GET', `/readyz`)).body);
    console.log((await edge.call('GET', `/v1/overview`)).body);
    console.log((await edge.call('GET', `/v1/keys`)).body);
    console.log((await edge.call('GET', `/v1/projections`)).body);
    console.log(await edge.call('GET', `/v1/jobs`, { key: 'nope' }));
    console.log((await edge.call('GET', `/docs`)).body);
    const doc = await edge.call('GET', `/openapi.json`);
    console.log(doc.status, JSON.stringify(doc.body).length, Object.keys(doc.body.paths));
  });
});
