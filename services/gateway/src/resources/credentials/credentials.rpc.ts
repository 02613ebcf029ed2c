import { CreateCredential, CredentialSecrets } from '@tidemark/contracts';
import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { idempotencyKeyOf } from '../../edge/idempotency-key.js';
import { fromBody } from '../../edge/validation/input.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { Credentials } from './credentials.js';

export const credentialRpcs = rpcs('tidemark.v1.CredentialService', Credentials, (credentials) => ({
  CreateCredential: unary('write', async (context, { idempotencyKey, ...request }) => ({
    credential: await credentials.create(
      context,
      fromBody(CreateCredential, request),
      idempotencyKeyOf(idempotencyKey),
    ),
  })),
  ListCredentials: unary('read', (context) => credentials.list(context)),
  GetCredential: unary('read', async (context, { id }) => ({
    credential: await credentials.get(context, parseId(id)),
  })),
  ReplaceCredential: unary('write', async (context, { id, ...secrets }) => ({
    credential: await credentials.replace(context, parseId(id), fromBody(CredentialSecrets, secrets)),
  })),
  CompareCredential: unary('write', (context, { id, ...secrets }) =>
    credentials.compare(context, parseId(id), fromBody(CredentialSecrets, secrets)),
  ),
  DeleteCredential: unary('write', async (context, { id }) => {
    await credentials.remove(context, parseId(id));
    return {};
  }),
  RotateKey: unary('operate', () => credentials.rotateKey()),
}));
