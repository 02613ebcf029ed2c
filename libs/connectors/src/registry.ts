import { githubConnector } from './github/github.connector.js';
import { googleDriveConnector } from './google-drive/google-drive.connector.js';
import { filesConnector } from './files/files.connector.js';
import { httpJsonConnector } from './http-json/http-json.connector.js';
import { microsoftGraphMailConnector } from './microsoft-graph-mail/microsoft-graph-mail.connector.js';
import { noopConnector } from './noop/noop.connector.js';
import { notionConnector } from './notion/notion.connector.js';
import { openapiConnector } from './openapi/openapi.connector.js';
import { postgresConnector } from './postgres/postgres.connector.js';
import type { Connector } from './sdk/connector.js';

/** All connectors, by name. */
export const connectors: ReadonlyMap<string, Connector> = new Map(
  [
    openapiConnector,
    noopConnector,
    httpJsonConnector,
    filesConnector,
    googleDriveConnector,
    githubConnector,
    postgresConnector,
    microsoftGraphMailConnector,
    notionConnector,
  ].map((connector) => [connector.manifest.name, connector as Connector]),
);
