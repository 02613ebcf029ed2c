/** The modelled part of a Drive file; https://developers.google.com/workspace/drive/api/reference/rest/v3/files */
export interface DriveFile {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  readonly parents?: readonly string[];
  /** The shared drive that it is in. */
  readonly driveId?: string;
  readonly trashed: boolean;
  readonly createdTime: string;
  readonly modifiedTime: string;
  readonly [property: string]: unknown;
}

/** The fields of a file resource: others in `fields` are refused. */
export const fileProperties = new Set(
  `kind id name mimeType description starred trashed explicitlyTrashed parents properties appProperties spaces version
  webContentLink webViewLink iconLink hasThumbnail viewedByMe viewedByMeTime createdTime modifiedTime modifiedByMeTime
  sharedWithMeTime owners driveId lastModifyingUser shared ownedByMe capabilities permissions permissionIds
  originalFilename fullFileExtension fileExtension md5Checksum sha1Checksum sha256Checksum size quotaBytesUsed
  headRevisionId shortcutDetails linkShareMetadata labelInfo`.split(/\s+/),
);
