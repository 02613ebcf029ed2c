import { contextOf, type Verbs } from '@tidemark/contracts';
import { verbInput } from '@tidemark/contracts/validation';
import type { Delivery, Request } from '@tidemark/messaging';
import type { BrokerRoutes } from '@tidemark/messaging/nest';
import type { Consumer, VerbHandlers } from './declaration.js';
import { inMessageSpan } from './message-span.js';
import { settingAside } from './setting-aside.js';

type Served = NonNullable<BrokerRoutes['serve']>;
type Consumed = NonNullable<BrokerRoutes['consume']>;

/**
 * Serves the verbs of a table: each request is traced and validated, and its context read from its headers.
 * @throws TypeError when a verb has no handler
 */
export const servedVerbs = (verbs: Verbs, handlers: VerbHandlers = {}): Served =>
  Object.values(verbs).map((verb) => {
    const handle = handlers[verb.name];
    if (!handle) throw new TypeError(`nothing handles ${verb.subject}`);
    const handler = (request: Request) =>
      inMessageSpan('SERVER', request, (headers) => {
        const input = verbInput(verb, request.data) as { readonly tenant?: string };
        return handle(input as never, contextOf(input.tenant ?? '', headers));
      });
    return { subject: verb.subject, handler };
  });

/** Runs consumers, traced, with their context; what a message keeps failing on sets it aside. */
export const consumedBy = (consumers: readonly Consumer[]): Consumed =>
  consumers.map(({ options, handle }) => ({
    options,
    handler: settingAside((delivery: Delivery<{ readonly tenant?: string } | null>) =>
      inMessageSpan('CONSUMER', delivery, (headers) =>
        handle(delivery.data as never, contextOf(delivery.data?.tenant ?? '', headers), delivery),
      ),
    ),
  }));
