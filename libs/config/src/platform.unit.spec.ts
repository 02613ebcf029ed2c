import { describe, expect, it } from '@jest/globals';
import { platformSettings, SettingsError, standaloneUrls } from './index.js';

describe('the platform settings', () => {
  it('need nothing to be set', () => {
    const settings = platformSettings.parse({});
    expect(settings).toMatchObject({
      host: '127.0.0.1',
      httpPort: 8080,
      grpcPort: 50051,
      tenantMaxRunning: 5,
      fetchAllow: [],
      fetchMaxBytes: 64 * 1024 * 1024,
      claimTimeoutMs: 60_000,
      runnerConcurrency: 64,
      demo: true,
      apiKey: null,
      otlpEndpoint: null,
    });
  });

  it('are each documented once', () => {
    const rows = platformSettings.describe();
    expect(new Set(rows.map((row) => row.variable)).size).toBe(rows.length);
    for (const row of rows) expect(row.description).not.toBe('');
  });

  it('put the embedded stores into the data folder', () => {
    expect(standaloneUrls(platformSettings.parse({ TIDEMARK_DATA_DIR: '/srv/tide' }))).toEqual({
      eventStore: 'sqlite:/srv/tide/events.db',
      broker: 'embedded:',
      readModel: 'sqlite:/srv/tide/views.db',
      records: 'sqlite:/srv/tide/records.db',
      vault: 'sqlite:/srv/tide/vault.db',
      blobs: 'file:/srv/tide/blobs',
    });
  });

  it('let any port be a server while the others stay embedded', () => {
    const settings = platformSettings.parse({ TIDEMARK_DATA_DIR: '/d', TIDEMARK_BROKER: 'nats://one:4222,two:4222' });
    expect(standaloneUrls(settings)).toMatchObject({
      eventStore: 'sqlite:/d/events.db',
      broker: 'nats://one:4222,two:4222',
    });
  });

  it('accept hosts, hosts with ports and CIDRs for private fetching, and refuse URLs', () => {
    const fetchAllow = ['localhost', '10.0.0.0/8', 'api.internal:8443', '[::1]:8080', 'fd00::/8', '::1'];
    expect(platformSettings.parse({ TIDEMARK_FETCH_ALLOW: fetchAllow.join(',') }).fetchAllow).toEqual(fetchAllow);
    expect(() => platformSettings.parse({ TIDEMARK_FETCH_ALLOW: 'http://localhost:1' })).toThrow(SettingsError);
    const singerAllow = ['/opt/taps/tap-github', '/opt/my taps/Tap'];
    expect(platformSettings.parse({ TIDEMARK_SINGER_ALLOW: singerAllow.join(',') }).singerAllow).toEqual(singerAllow);
    for (const path of ['tap-github', '/opt/../bin/sh', '/opt/taps/'])
      expect(() => platformSettings.parse({ TIDEMARK_SINGER_ALLOW: path })).toThrow(SettingsError);
  });
});
