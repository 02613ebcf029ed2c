import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import type { PostgresConfig } from './postgres.config.js';

const CANCEL_TIMEOUT_MS = 5000;

/** The address is pinned, so the certificate is verified against the configured name. */
export function tlsOptions({ host, ssl: { mode, ca } }: PostgresConfig): ConnectionOptions | undefined {
  if (mode === 'disable') return undefined;
  const name = isIP(host) === 0 ? { servername: host } : { host };
  if (mode === 'verify-full') return { ...name, rejectUnauthorized: true, ...(ca && { ca }) };
  // Like libpq: with certificates configured the chain is verified, but not the name.
  return ca
    ? { ...name, ca, rejectUnauthorized: true, checkServerIdentity: () => undefined }
    : { ...name, rejectUnauthorized: false };
}

/** Methods of `pg.Connection` missing from its types. */
type Wire = pg.Connection & {
  connect(port: number, host: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
};

/** Requests cancellation of a session's statement, over a separate connection, without waiting. */
export function cancelQuery(config: PostgresConfig, address: string, processId: number, secretKey: number): void {
  const ssl = tlsOptions(config);
  const wire = new pg.Connection({ ssl: ssl ?? false }) as Wire;
  const send = () => {
    wire.cancel(processId, secretKey);
    wire.stream.end();
  };
  const timer = setTimeout(() => wire.stream.destroy(), CANCEL_TIMEOUT_MS).unref();
  wire.on('error', () => wire.stream.destroy());
  wire.on('end', () => clearTimeout(timer));
  wire.on('connect', () => (ssl ? wire.requestSsl() : send()));
  wire.on('sslconnect', send);
  wire.connect(config.port, address);
}
