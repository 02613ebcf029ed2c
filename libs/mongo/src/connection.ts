import {
  MongoBulkWriteError,
  MongoClient,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  type Db,
} from 'mongodb';
import { withTimeout } from '@tidemark/foundation';

/** How long an operation waits to find a server, for a response, and for both with the driver's own retries. */
const FIND_SERVER_MS = 2_000;
const ANSWER_MS = 5_000;
const OPERATION_MS = 8_000;

// The server is up yet cannot serve now (stepping down, starting, shutting down, no primary, out of time):
// https://github.com/mongodb/specifications/blob/master/source/server-discovery-and-monitoring
const passing = new Set([6, 7, 50, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
const connectionErrors = new Set([
  'MongoPoolClearedError',
  'MongoPoolClearedOnNetworkError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
]);

/** Wraps the driver's error in the one of a port. */
export type Unavailable = (message: string, options: ErrorOptions) => Error;

/** A client that connects with the first call and again after every loss, and errors in a port's terms. */
export class Connection {
  readonly #client: MongoClient;
  readonly #db: Db;
  #connecting: Promise<unknown> | undefined;

  /** @throws TypeError when the URL cannot be parsed */
  constructor(
    url: string,
    database: string,
    private readonly unavailable: Unavailable,
  ) {
    try {
      this.#client = new MongoClient(url, {
        appName: 'tidemark',
        serverSelectionTimeoutMS: FIND_SERVER_MS,
        connectTimeoutMS: FIND_SERVER_MS,
        socketTimeoutMS: ANSWER_MS,
      });
    } catch (error) {
      const { message } = error as Error;
      // The driver quotes the URL with its password: only messages that cannot contain one are repeated.
      throw new TypeError(`bad mongodb URL${message.includes('@') ? '' : `: ${message}`}`);
    }
    // Regardless of the URL: a fold on a replica's older document, or a write that is rolled back, would be wrong for ever.
    this.#db = this.#client.db(database, { readPreference: 'primary', writeConcern: { w: 'majority' } });
  }

  /** @throws the port's error when the server cannot be reached; an operation that was sent may still be carried out */
  async run<T>(work: (db: Db) => Promise<T>): Promise<T> {
    try {
      return await withTimeout(
        this.#connected().then(() => work(this.#db)),
        OPERATION_MS,
        tookTooLong,
      );
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      throw this.unavailable(`MongoDB cannot be reached: ${(error as Error).message}`, { cause: error });
    }
  }

  /** The driver does not recover from several operations whose common first connection fails; one at a time it does. */
  #connected(): Promise<unknown> {
    this.#connecting ??= this.#client.connect().catch((error: unknown) => {
      this.#connecting = undefined;
      throw error;
    });
    return this.#connecting;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

export const DUPLICATE_KEY = 11_000;

/** Runs an upsert. Of several that insert the same document at once, the losers find it at their second attempt. */
export const upserted = <T>(upsert: () => Promise<T>): Promise<T> =>
  upsert().catch((error: unknown) => {
    if (!(error instanceof MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
    return upsert();
  });

class TookTooLong extends Error {}

const tookTooLong = (): never => {
  throw new TookTooLong(`no response within ${OPERATION_MS} ms`);
};

function isUnavailable(error: unknown): boolean {
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true;
  if (error instanceof TookTooLong || (error as NodeJS.ErrnoException | undefined)?.syscall !== undefined) return true;
  if (!(error instanceof MongoError)) return false;
  if (connectionErrors.has(error.name)) return true;
  // A bulk write hides its cause one level down.
  if (error instanceof MongoBulkWriteError && isUnavailable(error.errorResponse)) return true;
  return error instanceof MongoServerError && passing.has(Number(error.code));
}

/** The database in the path of a `mongodb:` URL. */
export function databaseIn(url: string): string | undefined {
  const name = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.exec(url)?.[1];
  return name && decodeURIComponent(name);
}
