import {
  connectionStream,
  providerIdOf,
  views,
  type ConnectionDocument,
  type ConnectionEvent,
} from '@tidemark/contracts';
import type { Projection } from '@tidemark/read-model';
import { absentConnection, evolveConnection, exists, type ExistingConnection } from '../connection/connection.js';
import { describeConnection } from '../connection/connection.view.js';

/** A connection with the state from which the coordinator resumes after a restart. */
export interface StoredConnection extends ConnectionDocument {
  readonly fold: ExistingConnection;
}

/** One document per connection; removed connections are deleted. */
export const connectionsProjection: Projection<StoredConnection, ConnectionEvent> = {
  ...views.connections,
  streams: [connectionStream],
  keys: ({ stream }) => [connectionStream.idOf(stream)],
  evolve(document, event) {
    const connection = evolveConnection(document?.fold ?? absentConnection, event);
    if (!exists(connection)) return null;
    const { tenant, source } = connection;
    const about = { tenant, connector: source.connector, providerId: providerIdOf(source) };
    return { ...describeConnection(connection), ...about, fold: connection };
  },
};
