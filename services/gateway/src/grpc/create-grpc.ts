import type { INestApplicationContext } from '@nestjs/common';
import type { Logger } from '@tidemark/platform';
import { Authenticator } from '../auth/authenticator.js';
import { Changes } from '../changes/changes.js';
import { Comparisons } from '../comparisons/comparisons.js';
import { Connections } from '../connections/connections.js';
import { Connectors } from '../connectors/connectors.js';
import { Ignores } from '../ignores/ignores.js';
import { Jobs } from '../jobs/jobs.js';
import { Keys } from '../keys/keys.js';
import { Overview } from '../overview/overview.js';
import { Projections } from '../projections/projections.js';
import { Providers } from '../providers/providers.js';
import { Snapshots } from '../snapshots/snapshots.js';
import { changeService } from './change-service.js';
import { connectionService } from './connection-service.js';
import { connectorService } from './connector-service.js';
import { GrpcServer } from './grpc-server.js';
import { installationService } from './installation-service.js';
import { jobService } from './job-service.js';
import { providerService } from './provider-service.js';
import { snapshotService } from './snapshot-service.js';

/** The gRPC side on the same commands and queries as the HTTP side, ready to listen. */
export const createGrpc = (app: INestApplicationContext, logger: Logger): GrpcServer =>
  new GrpcServer({
    authenticator: app.get(Authenticator),
    logger,
    services: {
      'tidemark.v1.ConnectionService': connectionService(app.get(Connections)),
      'tidemark.v1.JobService': jobService(app.get(Jobs)),
      'tidemark.v1.SnapshotService': snapshotService(app.get(Snapshots)),
      'tidemark.v1.ChangeService': changeService(app.get(Changes), app.get(Comparisons), app.get(Ignores)),
      'tidemark.v1.ConnectorService': connectorService(app.get(Connectors)),
      'tidemark.v1.ProviderService': providerService(app.get(Providers)),
      'tidemark.v1.InstallationService': installationService(app.get(Overview), app.get(Keys), app.get(Projections)),
    },
  });
