import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { platformSettings } from '@tidemark/config';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { parse } from 'yaml';

interface Service {
  image?: string;
  command?: string[];
  restart?: string;
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  volumes?: string[];
}
interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as ComposeFile;
const services = Object.entries(compose.services);
const own = services.filter(([, service]) => service.image?.startsWith('tidemark:'));

describe('docker-compose.yml', () => {
  it('is valid by the schema of the Compose Specification', () => {
    // The published schema names its draft and its definitions in an older way than ajv supports.
    const { $schema: _draft, ...schema } = JSON.parse(read('deploy/compose/compose-spec.json'));
    const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
    ajv.removeKeyword('id');
    const valid = ajv.validate(schema, compose);
    expect(ajv.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it('runs every service of the platform from a program that the build makes', () => {
    const standalone = ['standalone', 'cli', 'dashboard'];
    const deployable = readdirSync(join(root, 'services')).filter((name) => !standalone.includes(name));
    expect(own.map(([name]) => name).sort()).toEqual(deployable.sort());
    for (const [name, service] of own) expect(service.command).toEqual(['node', `services/${name}/dist/main.js`]);
  });

  it.each(services)('restarts %s and pins its image', (_name, service) => {
    expect(service.restart).toBe('unless-stopped');
    expect(service.image).toMatch(/:v?\d+\.\d+/);
  });

  it.each(services)('knows whether %s is healthy', (_name, service) => {
    // The image of the platform has its own check, which must not be turned off.
    const checked = service.image?.startsWith('tidemark:') ? service.healthcheck === undefined : service.healthcheck;
    expect(checked).toBeTruthy();
    expect(read('deploy/Dockerfile')).toContain('HEALTHCHECK');
  });

  it.each(own)('starts %s only when its dependencies are healthy', (_name, service) => {
    const conditions = service.depends_on ?? {};
    expect(Object.keys(conditions)).toEqual(expect.arrayContaining(['nats', 'eventstore', 'mongodb']));
    for (const [name, { condition }] of Object.entries(conditions)) {
      expect(compose.services).toHaveProperty(name);
      expect(condition).toBe('service_healthy');
    }
  });

  it('uses only settings that the platform has', () => {
    const known = new Set(platformSettings.describe().map(({ variable }) => variable));
    const used = own.flatMap(([, service]) => Object.keys(service.environment ?? {}));
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });

  it('mounts only files that exist and volumes that it declares', () => {
    for (const source of services.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume) => volume.split(':')[0] ?? ''),
    )) {
      if (source.startsWith('.')) expect([source, existsSync(join(root, source))]).toEqual([source, true]);
      else expect(compose.volumes).toHaveProperty(source);
    }
  });
});
