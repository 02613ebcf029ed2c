import { z } from 'zod';
import type { Manifest } from '@tidemark/connector-sdk/manifest';

/** One stage that does nothing: checks an installation, and measures the overhead of the platform. */
export const manifest: Manifest = {
  name: 'noop',
  title: 'No operation',
  description: 'Does nothing: checks an installation, and measures the overhead of the platform.',
  config: z.strictObject({}),
  auth: ['none'],
  pipelines: ['noop'],
};
