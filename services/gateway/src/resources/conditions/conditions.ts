import { Injectable } from '@nestjs/common';
import { services, type CommandContext, type Health, type ServiceName } from '@tidemark/contracts';
import { CommandClient } from '../../edge/command-client.js';
import type { ServiceCondition } from './conditions.dto.js';

const WITHIN_MS = 3000;

/** What is wrong in the installation, with the details that only its operators see. */
@Injectable()
export class InstallationConditions {
  readonly #commands: CommandClient;

  constructor(commands: CommandClient) {
    this.#commands = commands;
  }

  /** Of one process of each service; a service that does not answer has a condition of its own. */
  async list(context: CommandContext): Promise<ServiceCondition[]> {
    const names = Object.keys(services) as ServiceName[];
    return (await Promise.all(names.map((service) => this.#of(service, context)))).flat();
  }

  async #of(service: ServiceName, context: CommandContext): Promise<ServiceCondition[]> {
    const asked = new Date().toISOString();
    try {
      const options = { timeoutMs: WITHIN_MS, patienceMs: 0 };
      const { conditions = [] } = await this.#commands.request<Health>(service, 'ping', context, {}, options);
      return conditions.map((condition) => ({ service, ...condition }));
    } catch (error) {
      const detail = `no process of it answers: ${(error as Error).message}`;
      return [{ service, subject: service, severity: 'unready', since: asked, detail }];
    }
  }
}
