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

/** A method of any of the services, with what its request has. */
export interface Method {
  readonly service: string;
  readonly name: string;
  readonly streams: boolean;
  readonly fields: readonly {
    readonly name: string;
    readonly type: string;
    readonly repeated: boolean;
    /** The values, where it is of an enumeration. */
    readonly enumerated: readonly string[] | undefined;
  }[];
}

/** Every method of tidemark.v1. */
export const methods: readonly Method[] = Object.entries(protos).flatMap(([name, service]) =>
  'format' in service
    ? []
    : Object.entries(service).map(([method, { requestType, responseStream }]) => ({
        service: name.split('.').at(-1)!,
        name: method,
        streams: responseStream,
        fields: (requestType.type as Message).field.map(fieldOf),
      })),
);

function fieldOf({ name, type, typeName, label }: Message): Method['fields'][number] {
  const values = type === 'TYPE_ENUM' ? (protos[`tidemark.v1.${typeName}`] as Message)?.type.value : undefined;
  const enumerated = values?.map((value: Message) => value.name);
  return { name, type, repeated: label === 'LABEL_REPEATED', enumerated };
}

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

  /** Calls a method of either kind. @returns the messages of its answer */
  async any({ service, name, streams }: Method, request: object): Promise<Message[]> {
    return streams ? Array.fromAsync(this.stream(service, name, request)) : [await this.call(service, name, request)];
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
