// Exit code 0 when the service in this container is ready. Every service answers /readyz on its HTTP port.
const port = process.env.TIDEMARK_HTTP_PORT || 8080;
const ready = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2500) }).catch(() => null);
process.exitCode = ready?.ok ? 0 : 1;
