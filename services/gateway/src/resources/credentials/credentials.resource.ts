import type { Resource } from '../../edge/resource.js';
import { CredentialsController } from './credentials.controller.js';
import { Credentials } from './credentials.js';
import { credentialRpcs } from './credentials.rpc.js';

export const credentials: Resource = {
  providers: [Credentials],
  controllers: [CredentialsController],
  rpcs: [credentialRpcs],
};
