import { createRequire } from 'node:module';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';

/** The repository's proto/, at the same distance from src/ and dist/. */
const folder = fileURLToPath(new URL('../../../../../proto', import.meta.url));
const healthProto = createRequire(import.meta.url).resolve('grpc-health-check/proto/health/v1/health.proto');

/** Names as in the files, for reflection. */
const options = { keepCase: true, longs: Number, enums: String, defaults: false, oneofs: true, includeDirs: [folder] };

/** The services of tidemark.v1 and their messages. */
export const loadProtos = (): PackageDefinition =>
  loadSync(
    readdirSync(`${folder}/tidemark/v1`).map((file) => `tidemark/v1/${file}`),
    options,
  );

/** The services in reflection: Tidemark's own and the health service. */
export const reflected = (protos: PackageDefinition): PackageDefinition => ({
  ...loadSync(healthProto, options),
  ...protos,
});
