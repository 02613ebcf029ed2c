import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const DATA = process.env['OPENAPI_DATA'];

/** Names of the real documents that come in two versions. */
export const PAIRS = [
  'box',
  'figma',
  'github',
  'kubernetes-v2',
  'netlify-v2',
  'openai',
  'spotify',
  'stripe',
  'stripe-far',
  'twilio-api',
];

/** The bytes of one version of a real document. */
export const readPair = (name: string, version: 'old' | 'new'): Uint8Array => {
  const base = join(DATA ?? '', 'pairs', name, version);
  return readFileSync(existsSync(`${base}.json`) ? `${base}.json` : `${base}.yaml`);
};
