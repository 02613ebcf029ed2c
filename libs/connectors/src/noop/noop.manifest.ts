import { z } from 'zod';
import type { Manifest } from '@tidemark/connector-sdk/manifest';

/** One stage that does nothing: checks an installation, and measures what the platform itself costs. */
export const manifest: Manifest = {
  name: 'noop',
  title: 'No operation',
  description: 'Does nothing: checks an installation, and measures what the platform itself costs.',
  config: z.strictObject({}),
  auth: ['none'],
  pipelines: ['noop'],
};
