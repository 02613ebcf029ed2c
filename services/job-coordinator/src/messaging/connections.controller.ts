import { Controller, Inject } from '@nestjs/common';
import {
  command,
  contextOf,
  type ConnectionRef,
  type CreateConnection,
  type Subscribe,
  type UpdateConnection,
} from '@tidemark/contracts';
import type { Request } from '@tidemark/messaging';
import { Serve, type BrokerContext } from '@tidemark/messaging/nest';
import {
  changeConnection,
  removeConnection,
  updateConnection,
  type PlainChange,
} from '../commands/change-connection.js';
import { createConnection } from '../commands/create-connection.js';
import { getConnection, getCursor } from '../commands/get-connection.js';
import { subscribe } from '../commands/subscribe.js';
import type { Coordinator } from '../coordinator.js';
import { COORDINATOR } from '../tokens.js';

const subject = (verb: string) => command('job-coordinator', verb);
type From = BrokerContext<Request>;

/** What callers ask about connections. */
@Controller()
export class ConnectionsController {
  constructor(@Inject(COORDINATOR) private readonly coordinator: Coordinator) {}

  @Serve(subject('create-connection'))
  create(data: CreateConnection, { headers }: From) {
    return createConnection(this.coordinator, contextOf(data.tenant, headers), data);
  }

  @Serve(subject('subscribe'))
  subscribe(data: Subscribe, { headers }: From) {
    return subscribe(this.coordinator, contextOf(data.tenant, headers), data);
  }

  @Serve(subject('update-connection'))
  update(data: UpdateConnection, { headers }: From) {
    return updateConnection(this.coordinator, contextOf(data.tenant, headers), data);
  }

  @Serve(subject('pause-connection'))
  pause(data: ConnectionRef, from: From) {
    return this.change(data, from, 'PauseConnection');
  }

  @Serve(subject('resume-connection'))
  resume(data: ConnectionRef, from: From) {
    return this.change(data, from, 'ResumeConnection');
  }

  @Serve(subject('disconnect-connection'))
  disconnect(data: ConnectionRef, from: From) {
    return this.change(data, from, 'DisconnectConnection');
  }

  @Serve(subject('reconnect-connection'))
  reconnect(data: ConnectionRef, from: From) {
    return this.change(data, from, 'ReconnectConnection');
  }

  @Serve(subject('remove-connection'))
  remove(data: ConnectionRef, { headers }: From) {
    return removeConnection(this.coordinator, contextOf(data.tenant, headers), data);
  }

  @Serve(subject('get-connection'))
  get(data: ConnectionRef) {
    return getConnection(this.coordinator, data);
  }

  @Serve(subject('get-cursor'))
  cursor(data: ConnectionRef) {
    return getCursor(this.coordinator, data);
  }

  private change(data: ConnectionRef, { headers }: From, type: PlainChange) {
    return changeConnection(this.coordinator, contextOf(data.tenant, headers), data, type);
  }
}
