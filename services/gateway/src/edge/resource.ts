import type { Type } from '@nestjs/common';
import type { RpcGroup } from './grpc/rpc.js';

/** A part of the API: its commands and queries, and how HTTP and gRPC reach them. */
export interface Resource {
  readonly providers: readonly Type[];
  readonly controllers?: readonly Type[];
  readonly rpcs?: readonly RpcGroup[];
}
