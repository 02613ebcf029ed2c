import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineConnector } from './connector.js';
import type { Manifest } from './manifest/manifest.js';

const manifest: Manifest = {
  name: 'example',
  title: 'Example',
  description: 'Runs one stage.',
  config: z.strictObject({}),
  auth: ['none'],
  pipeline: { stages: [{ name: 'run', service: 'connector-runner' }] },
};

describe('a connector', () => {
  it('has exactly the parts that its manifest declares', () => {
    const run = async () => ({ output: {} });
    expect(() => defineConnector(manifest, {})).toThrow('disagree about its pipeline');
    expect(() => defineConnector(manifest, { stages: {} })).toThrow('connector example needs the stages run, and has ');
    expect(() => defineConnector(manifest, { stages: { run, walk: run } })).toThrow('has run, walk');
    expect(() => defineConnector({ ...manifest, pipeline: { stages: [] } }, { stages: { run } })).toThrow('has run');
    expect(defineConnector(manifest, { stages: { run } }).manifest).toBe(manifest);
  });
});
