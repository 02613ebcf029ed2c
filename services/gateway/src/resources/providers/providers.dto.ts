import { ApiProperty, OmitType } from '@nestjs/swagger';
import { Pagination } from '../../edge/paging.js';
import { Text } from '../../edge/validation/fields.js';
import { ConnectionDto } from '../connections/connections.dto.js';
import type { ProviderDetail, ProviderView } from './providers.js';

export class ProviderDto extends OmitType(ConnectionDto, ['state', 'whenBusy'] as const) implements ProviderView {
  @ApiProperty({ type: String, nullable: true, description: "The caller's connection that follows it." })
  subscriptionId!: string | null;
}

export class ProviderDetailDto extends ProviderDto implements ProviderDetail {
  @ApiProperty({ type: 'integer', description: 'How many tenants subscribe.' })
  subscribers!: number;
}

export class ProviderPage {
  @ApiProperty({ type: () => [ProviderDto] })
  data!: ProviderDto[];

  @ApiProperty({ type: () => Pagination })
  pagination!: Pagination;

  @ApiProperty({ type: 'integer', description: 'The log position up to which the list is true.' })
  asOf!: number;
}

export class SubscribeDto {
  @Text({ max: 200, optional: true, description: "Of the subscription. Default: the provider's." })
  name?: string;
}
