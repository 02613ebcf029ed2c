import { Controller, Get, Param } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Needs } from '../../edge/auth/scope.guard.js';
import { Resource } from '../../edge/openapi/resource.js';
import { ConnectorDto, ConnectorList, ObjectDto } from './connectors.dto.js';
import { Connectors } from './connectors.js';

@Resource('connectors')
@Needs('read')
@ApiExtraModels(ObjectDto)
@Controller('v1/connectors')
export class ConnectorsController {
  constructor(private readonly connectors: Connectors) {}

  @Get()
  @ApiOperation({ summary: 'List the kinds of systems that can be talked to, by name' })
  @ApiOkResponse({ type: ConnectorList })
  list() {
    return this.connectors.list();
  }

  @Get(':name')
  @ApiOperation({ summary: 'Show a connector: what it reads and writes, and the schema of its config' })
  @ApiOkResponse({ type: ConnectorDto })
  get(@Param('name') name: string) {
    return this.connectors.get(name);
  }
}
