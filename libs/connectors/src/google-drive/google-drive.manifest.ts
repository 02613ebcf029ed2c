import { z } from 'zod';
import { flag, httpUrl, type Manifest } from '@tidemark/connector-sdk/manifest';

const ID = 'must be an id as it stands in the address of the folder or drive';
const id = z.string({ error: ID }).regex(/^[\w-]{1,128}$/, ID);

const MIME_TYPE = 'must be a media type such as application/pdf';
const mimeType = z.string({ error: MIME_TYPE }).regex(/^[\w.+-]{1,64}\/[\w.+-]{1,128}$/, MIME_TYPE);

const FIELD = 'must be a property of a file such as size or owners(emailAddress)';
const field = z.string({ error: FIELD }).regex(/^[A-Za-z]\w{0,63}(\([\w,/()*]{1,512}\)|\/[\w/*]{1,512})?$/, FIELD);

const list = <T extends z.ZodType>(of: T, most: number) =>
  z.array(of, { error: 'must be a list' }).min(1, 'must not be empty').max(most, `must have at most ${most} entries`);

/** The properties that are read of a file unless the config says otherwise. */
export const DEFAULT_FIELDS = [
  ...['name', 'description', 'driveId', 'version', 'size', 'md5Checksum', 'originalFilename', 'webViewLink'],
  ...['shared', 'ownedByMe', 'owners(displayName,emailAddress)', 'lastModifyingUser(displayName,emailAddress)'],
] as const;

export const googleDriveConfig = z.strictObject({
  driveId: id.describe('Id of a shared drive; without it the files of the user who authorised').optional(),
  includeItemsFromAllDrives: flag
    .describe('Without `driveId`: also files of shared drives that this user opened or was given')
    .default(false),
  folder: id.describe('Id of a folder: only what is directly in it').optional(),
  mimeTypes: list(mimeType, 50).describe('Only files of these media types').optional(),
  fields: list(field, 100)
    .describe('Properties of a file, in the notation of the API; those that reading needs are always there')
    .default([...DEFAULT_FIELDS]),
  baseUrl: httpUrl.describe('Address of the API').default('https://www.googleapis.com/drive/v3'),
});

export type GoogleDriveConfig = z.infer<typeof googleDriveConfig>;

/** Reads the files of a user or a shared drive: what they are called and where they are, not their contents. */
export const manifest: Manifest<GoogleDriveConfig> = {
  name: 'google-drive',
  title: 'Google Drive',
  description: 'Reads what files there are in a Google Drive, and what changes.',
  config: googleDriveConfig,
  auth: ['oauth2-authorization-code', 'bearer'],
  credentialOrigin: ({ baseUrl }) => baseUrl,
  source: {
    objects: [{ name: 'files', title: 'Files', incremental: true, deletions: true }],
    modes: ['full', 'incremental', 'backfill'],
    pageSize: { min: 1, initial: 200, max: 1000 },
    limits: { requestsPerSecond: 10, burst: 20, inFlight: 4 },
  },
};
