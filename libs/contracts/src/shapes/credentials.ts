import { Flag, Instant, JsonObject, ListOf, OneOf, Shape, Text } from '../fields/decorators.js';
import { text } from '../fields/field-type.js';

export const credentialKinds = [
  'bearer',
  'basic',
  'api-key',
  'oauth2-authorization-code',
  'oauth2-client-credentials',
] as const;
export type CredentialKindName = (typeof credentialKinds)[number];

/** The secrets of a credential: the fields of its kind. */
@Shape()
export class CredentialSecrets {
  @OneOf(credentialKinds)
  readonly kind!: CredentialKindName;

  @Text({ optional: true, description: 'Of kind bearer.' })
  readonly token?: string;

  @Text({ optional: true, description: 'Of kind basic.' })
  readonly username?: string;

  @Text({ optional: true, description: 'Of kind basic.' })
  readonly password?: string;

  @Text({ optional: true, description: 'Of kind api-key.' })
  readonly key?: string;

  @Text({ optional: true, description: 'Of kind api-key: header or query.' })
  readonly in?: string;

  @Text({ optional: true, description: 'Of kind api-key: the name of the header, or of the query parameter.' })
  readonly parameter?: string;

  @Text({ optional: true, description: 'Of kind api-key: before the key in a header, such as `Token `.' })
  readonly prefix?: string;

  @JsonObject({
    optional: true,
    description:
      'Of the kinds of OAuth: clientId, clientSecret, clientAuth, tokenUrl, authorizationUrl, authorizationParameters, scopes, parameters.',
  })
  readonly client?: object;

  @JsonObject({
    optional: true,
    description: 'Of kind oauth2-authorization-code: accessToken, refreshToken, obtainedAt, expiresAt (milliseconds).',
  })
  readonly tokens?: object;

  @ListOf(text({ max: 1000 }), {
    optional: true,
    description:
      'What the system signs its webhooks with; several while one takes the place of another. Absent: as before.',
  })
  readonly webhookSecrets?: readonly string[];
}

@Shape()
export class CreateCredential extends CredentialSecrets {
  @Text({ max: 200, example: 'warehouse' })
  readonly name!: string;

  @Text({ max: 64, description: 'The connector that it is for.', example: 'postgres' })
  readonly connector!: string;
}

/** A stored credential as API, CLI and gRPC show it: nothing of its secrets. Times are ISO 8601 in UTC. */
@Shape()
export class CredentialView {
  @Text()
  readonly id!: string;

  @Text()
  readonly name!: string;

  @Text()
  readonly connector!: string;

  @OneOf(credentialKinds)
  readonly kind!: CredentialKindName;

  @Instant()
  readonly createdAt!: string;

  @Instant({ description: 'When its secrets were last replaced.' })
  readonly updatedAt!: string;
}

/** Of a comparison. */
@Shape()
export class CredentialComparison {
  @Flag({ description: 'Whether the stored secrets are these. Tokens are not compared: Tidemark renews them.' })
  readonly same!: boolean;
}

@Shape()
export class CredentialList {
  @ListOf(() => CredentialView, { description: 'By name.' })
  readonly data!: readonly CredentialView[];
}
