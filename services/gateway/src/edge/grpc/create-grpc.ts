import type { INestApplicationContext } from '@nestjs/common';
import type { Logger } from '@tidemark/platform';
import { Authenticator } from '../auth/authenticator.js';
import { Changes } from '../../resources/changes/changes.js';
import { Comparisons } from '../../resources/comparisons/comparisons.js';
import { Connections } from '../../resources/connections/connections.js';
import { Connectors } from '../../resources/connectors/connectors.js';
import { Ignores } from '../../resources/ignores/ignores.js';
import { Jobs } from '../../resources/jobs/jobs.js';
import { Keys } from '../../resources/keys/keys.js';
import { Overview } from '../../resources/overview/overview.js';
import { Projections } from '../../resources/projections/projections.js';
import { Providers } from '../../resources/providers/providers.js';
import { Snapshots } from '../../resources/snapshots/snapshots.js';
import { changeService } from '../../resources/changes/changes.rpc.js';
import { connectionService } from '../../resources/connections/connections.rpc.js';
import { connectorService } from '../../resources/connectors/connectors.rpc.js';
import { GrpcServer } from './grpc-server.js';
import { installationService } from '../../resources/overview/overview.rpc.js';
import { jobService } from '../../resources/jobs/jobs.rpc.js';
import { providerService } from '../../resources/providers/providers.rpc.js';
import { snapshotService } from '../../resources/snapshots/snapshots.rpc.js';

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
