/** Where the secrets are that webhooks are signed with: a vault of credentials. */
export abstract class WebhookSecrets {
  /** Those of a tenant's credential; empty when there is no such credential, or none with it. */
  abstract webhookSecrets(tenant: string, credentialId: string): Promise<readonly string[]>;
}

/** Of an installation without a vault: no webhook is genuine. */
export const noSecrets: WebhookSecrets = { webhookSecrets: async () => [] };
