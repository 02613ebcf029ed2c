import { objectProblems } from '../config-checks.js';
import type { ConnectorDefinition } from '../definition.js';

/** One stage that does nothing: checks an installation, and measures what the platform itself costs. */
export const noopDefinition: ConnectorDefinition = {
  name: 'noop',
  title: 'No operation',
  pipeline: { stages: [{ name: 'run', service: 'connector-runner' }] },
  validateConfig: (config) => objectProblems(config ?? {}, {}),
};
