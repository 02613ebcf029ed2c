// The list of connectors, one row each. Manifests do no I/O; `load` imports the code, its drivers and network clients.
import type { Connector } from '@tidemark/connector-sdk';
import type { Manifest } from '@tidemark/connector-sdk/manifest';

/** A connector whose code is loaded on first use. */
export interface ListedConnector {
  readonly manifest: Manifest;
  readonly load: () => Promise<Connector>;
}

const listed = (
  { manifest }: { readonly manifest: Manifest },
  load?: () => Promise<{ readonly connector: Connector }>,
): ListedConnector => ({ manifest, load: async () => (await load?.())?.connector ?? { manifest } });

const rows: readonly ListedConnector[] = [
  listed(await import('./openapi/openapi.manifest.js')),
  listed(await import('./noop/noop.manifest.js')),
  listed(await import('./http-json/http-json.manifest.js'), () => import('./http-json/http-json.connector.js')),
  listed(await import('./http/http.manifest.js'), () => import('./http/http.connector.js')),
  listed(await import('./files/files.manifest.js'), () => import('./files/files.connector.js')),
  listed(
    await import('./google-drive/google-drive.manifest.js'),
    () => import('./google-drive/google-drive.connector.js'),
  ),
  listed(await import('./github/github.manifest.js'), () => import('./github/github.connector.js')),
  listed(await import('./postgres/postgres.manifest.js'), () => import('./postgres/postgres.connector.js')),
  listed(
    await import('./microsoft-graph-mail/microsoft-graph-mail.manifest.js'),
    () => import('./microsoft-graph-mail/microsoft-graph-mail.connector.js'),
  ),
  listed(await import('./singer/singer.manifest.js'), () => import('./singer/singer.connector.js')),
  listed(await import('./notion/notion.manifest.js'), () => import('./notion/notion.connector.js')),
];

/** All connectors, by name. */
export const connectors: ReadonlyMap<string, ListedConnector> = new Map(rows.map((row) => [row.manifest.name, row]));
