import { z } from 'zod';
import { flag, httpUrl, type Manifest } from '@tidemark/connector-sdk/manifest';

const MAILBOX = 'must be the address or the id of a user';
const FOLDER = 'must be the id of a folder, or a well-known name such as inbox';
const FOLDERS = 'must be a list of 1 to 100 folders';

export const microsoftGraphMailConfig = z.strictObject({
  mailbox: z
    .string({ error: MAILBOX })
    .regex(/^[^\s/\\?#%]{1,320}$/, MAILBOX)
    .describe('Address or id of the user whose mail is read; default: the user who authorised')
    .optional(),
  folders: z
    .array(z.string({ error: FOLDER }).regex(/^[\w=+-]{1,512}$/, FOLDER), { error: FOLDERS })
    .min(1, FOLDERS)
    .max(100, FOLDERS)
    .describe('Ids or well-known names of folders, without their subfolders; default: all folders that are not hidden')
    .optional(),
  body: z
    .enum(['html', 'text'], { error: 'must be html or text' })
    .describe('Format of message bodies')
    .default('html'),
  attachments: flag
    .describe(
      'Whether to read names, types and sizes of attachments, with one more request for each message that has some',
    )
    .default(true),
  baseUrl: httpUrl
    .describe('Address of the API; national clouds have their own')
    .default('https://graph.microsoft.com/v1.0'),
});

export type MicrosoftGraphMailConfig = z.infer<typeof microsoftGraphMailConfig>;

/** Reads the mail of a user of Microsoft 365 or Outlook.com: whole messages, and their changes. */
export const manifest: Manifest<MicrosoftGraphMailConfig> = {
  name: 'microsoft-graph-mail',
  title: 'Outlook mail',
  description: 'Reads the messages of a mailbox in Microsoft 365 or Outlook.com, and their changes.',
  config: microsoftGraphMailConfig,
  auth: ['oauth2-authorization-code', 'oauth2-client-credentials', 'bearer'],
  credentialOrigin: ({ baseUrl }) => baseUrl,
  source: {
    objects: [{ name: 'messages', title: 'Messages', incremental: true, deletions: true }],
    modes: ['full', 'incremental', 'backfill'],
    pageSize: { min: 1, initial: 50, max: 500 },
    // Per app, a mailbox accepts 10,000 requests in 10 minutes and 4 at once; one read stays within that.
    limits: { requestsPerSecond: 15, burst: 30 },
  },
  webhook: () => ({ scheme: 'microsoft-graph' }),
  pipelines: ['integration'],
};
