import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Connector, ConnectorList } from './connectors.dto.js';
import { Connectors } from './connectors.js';

@ApiResource('connectors')
@RequireScope('read')
@Controller('v1/connectors')
export class ConnectorsController {
  readonly #connectors: Connectors;

  constructor(connectors: Connectors) {
    this.#connectors = connectors;
  }

  @Get()
  @ApiOperation({ summary: 'List connectors by name: the kinds of systems that Tidemark can read from and write to' })
  @ApiOkResponse({ type: ConnectorList })
  list() {
    return this.#connectors.list();
  }

  @Get(':name')
  @ApiOperation({ summary: 'Show a connector: its sources and destinations, and the schema of its config' })
  @ApiOkResponse({ type: Connector })
  get(@Param('name') name: string) {
    return this.#connectors.get(name);
  }
}
