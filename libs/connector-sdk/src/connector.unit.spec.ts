import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineConnector } from './connector.js';
import type { Manifest } from './manifest/manifest.js';

const manifest: Manifest = {
  name: 'example',
  title: 'Example',
  description: 'Writes rows.',
  config: z.strictObject({}),
  auth: ['none'],
  destination: { modes: ['append'], batchSize: { initial: 1, max: 1 }, concurrency: 1 },
};

describe('a connector', () => {
  it('has exactly the parts that its manifest declares', () => {
    const open = () => undefined as never;
    expect(() => defineConnector(manifest, {})).toThrow('disagree about the destination');
    expect(() => defineConnector(manifest, { openDestination: open, openSource: open })).toThrow('about the source');
    expect(defineConnector(manifest, { openDestination: open }).manifest).toBe(manifest);
  });
});
