import type { PlatformSettings } from '@tidemark/config';

type Listening = Pick<PlatformSettings, 'host' | 'httpPort' | 'grpcPort'>;

/** The problem that kept a process from starting, as a line that names the setting at fault where there is one. */
export function describeProblem(error: unknown, settings?: Listening): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address = settings?.host, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  const variable =
    port === settings?.grpcPort && port !== settings?.httpPort ? 'TIDEMARK_GRPC_PORT' : 'TIDEMARK_HTTP_PORT';
  switch (code) {
    case 'EADDRINUSE':
      return `${variable}: ${address}:${port} is in use; choose another port`;
    case 'EACCES':
      return port === undefined ? error.message : `${variable}: not allowed to listen on port ${port}`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `TIDEMARK_HOST: ${settings?.host ?? address} is not an address of this machine`;
    default:
      return error.message;
  }
}
