import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { loadSync, type ServiceDefinition } from '@grpc/proto-loader';

const folder = join(import.meta.dirname, '../../proto');
const protos = loadSync(
  readdirSync(`${folder}/tidemark/v1`).map((file) => `tidemark/v1/${file}`),
  { keepCase: true, longs: Number, enums: String, defaults: false, oneofs: true, includeDirs: [folder] },
);

type Message = any;

/** Calls methods of tidemark.v1 as any gRPC client would: by the proto files. */
export class GrpcClient {
  readonly #client: Client;

  constructor(
    address: string,
    private readonly key: string | null,
  ) {
    this.#client = new Client(address, credentials.createInsecure());
  }

  call(service: string, method: string, request: object = {}, headers: Record<string, string> = {}): Promise<Message> {
    const { path, requestSerialize, responseDeserialize } = definition(service, method);
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, response?: object) => (error ? reject(error) : resolve(response));
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        this.#metadata(headers),
        done,
      );
    });
  }

  stream(service: string, method: string, request: object = {}) {
    const { path, requestSerialize, responseDeserialize } = definition(service, method);
    return this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      this.#metadata({}),
    );
  }

  close(): void {
    this.#client.close();
  }

  #metadata(headers: Record<string, string>): Metadata {
    const metadata = new Metadata();
    if (this.key !== null) metadata.set('authorization', `Bearer ${this.key}`);
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return metadata;
  }
}

const definition = (service: string, method: string) =>
  (protos[`tidemark.v1.${service}`] as ServiceDefinition)[method]!;
