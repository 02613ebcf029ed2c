import { z } from 'zod';
import { flag, httpUrl, type Manifest } from '@tidemark/connector-sdk/manifest';

const ID = 'must be an id as in the URL of the folder or drive';
const id = z.string({ error: ID }).regex(/^[\w-]{1,128}$/, ID);

const MIME_TYPE = 'must be a media type such as application/pdf';
const mimeType = z.string({ error: MIME_TYPE }).regex(/^[\w.+-]{1,64}\/[\w.+-]{1,128}$/, MIME_TYPE);

const FIELD = 'must be a property of a file such as size or owners(emailAddress)';
const field = z.string({ error: FIELD }).regex(/^[A-Za-z]\w{0,63}(\([\w,/()*]{1,512}\)|\/[\w/*]{1,512})?$/, FIELD);

const list = <T extends z.ZodType>(of: T, most: number) =>
  z.array(of, { error: 'must be a list' }).min(1, 'must not be empty').max(most, `must have at most ${most} entries`);

/** Default properties of a file. */
export const DEFAULT_FIELDS = [
  ...['name', 'description', 'driveId', 'version', 'size', 'md5Checksum', 'originalFilename', 'webViewLink'],
  ...['shared', 'ownedByMe', 'owners(displayName,emailAddress)', 'lastModifyingUser(displayName,emailAddress)'],
] as const;

export const googleDriveConfig = z.strictObject({
  driveId: id.describe('Id of a shared drive; without it the files of the user who authorised').optional(),
  includeItemsFromAllDrives: flag
    .describe(
      'Without `driveId`: include files of shared drives that the user opened or that were shared with the user',
    )
    .default(false),
  folder: id.describe('Id of a folder: read only its direct children').optional(),
  mimeTypes: list(mimeType, 50).describe('Read only files of these media types').optional(),
  fields: list(field, 100)
    .describe('Properties of a file, in the notation of the API; those needed for reading are always included')
    .default([...DEFAULT_FIELDS]),
  baseUrl: httpUrl.describe('Address of the API').default('https://www.googleapis.com/drive/v3'),
});

export type GoogleDriveConfig = z.infer<typeof googleDriveConfig>;

/** Reads the metadata of files of a user or a shared drive, not their contents. */
export const manifest: Manifest<GoogleDriveConfig> = {
  name: 'google-drive',
  title: 'Google Drive',
  description: 'Reads the metadata of files in Google Drive, and their changes.',
  config: googleDriveConfig,
  auth: ['oauth2-authorization-code', 'bearer'],
  credentialOrigin: ({ baseUrl }) => baseUrl,
  source: {
    objects: [{ name: 'files', title: 'Files', incremental: true, deletions: true }],
    modes: ['full', 'incremental', 'backfill'],
    pageSize: { min: 1, initial: 200, max: 1000 },
    limits: { requestsPerSecond: 10, burst: 20, inFlight: 4 },
  },
  webhook: () => ({ scheme: 'google-drive' }),
  pipelines: ['integration'],
};
