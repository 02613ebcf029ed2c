import { Id, Instant, Shape, Text } from '@tidemark/contracts/fields';

@Shape()
export class AuthorizeConnectionBody {
  @Id({ optional: true, description: 'Which credential, when the connection has several that users authorise.' })
  readonly credentialId?: string;
}

@Shape()
export class AuthorizationStarted {
  @Text({ description: 'The page of the system that asks the user. For one answer.' })
  readonly url!: string;

  @Text()
  readonly credentialId!: string;

  @Instant({ description: 'After this the answer is not accepted.' })
  readonly expiresAt!: string;
}
