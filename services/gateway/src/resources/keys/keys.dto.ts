import { ApiProperty } from '@nestjs/swagger';
import { scopes, type Scope } from '../../api-key/scope.js';
import { PageQuery, Pagination } from '../../edge/paging.js';
import { Text, Words } from '../../edge/validation/fields.js';

const tenantName = { max: 64, pattern: /^[A-Za-z0-9_.-]+$/, optional: true };

export class CreateKeyDto {
  @Text({ max: 200, example: 'ci' })
  name!: string;

  @Words(scopes, { description: '`operate` runs the installation: keys of any tenant, projections.' })
  scopes!: Scope[];

  @Text({ ...tenantName, description: "Default: the caller's own." })
  tenant?: string;
}

export class KeysQuery extends PageQuery {
  @Text({ ...tenantName, description: 'Default: all.' })
  tenant?: string;
}

export class KeyDto {
  @ApiProperty()
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  tenant!: string;

  @ApiProperty({ enum: scopes, isArray: true })
  scopes!: readonly Scope[];

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  revokedAt!: string | null;
}

export class NewKeyDto extends KeyDto {
  @ApiProperty({ description: 'The key itself: told this once, never stored.', example: 'tmk_…' })
  key!: string;
}

export class KeyPage {
  @ApiProperty({ type: () => [KeyDto] })
  data!: KeyDto[];

  @ApiProperty({ type: () => Pagination })
  pagination!: Pagination;

  @ApiProperty({ type: 'integer', description: 'The log position up to which the list is true.' })
  asOf!: number;
}
