export { receiveWebhook, schemeNames, type SchemeName, type WebhookSettings } from './receive-webhook.js';
export type { HmacScheme } from './schemes/signed.js';
export type {
  Answer,
  OfferedSecret,
  Push,
  PushedObject,
  Refused,
  Verification,
  Webhook,
  WebhookRequest,
} from './webhook.js';
