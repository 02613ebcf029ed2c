import { contextOf, type CommandContext, type Handlers, type Verbs } from '@tidemark/contracts';
import { verbInput } from '@tidemark/contracts/validation';
import type { Broker, Running } from '@tidemark/messaging';

/** Answers the verbs of a service: each request is validated, and its context read from its headers. */
export async function serveVerbs<V extends Verbs>(
  broker: Pick<Broker, 'serve'>,
  verbs: V,
  handlers: Handlers<V, CommandContext>,
): Promise<Running> {
  const servers = await Promise.all(
    Object.values(verbs).map((verb) =>
      broker.serve(verb.subject, async ({ data, headers }) => {
        const input = verbInput(verb, data) as { readonly tenant?: string };
        return handlers[verb.name]!(input as never, contextOf(input.tenant ?? '', headers));
      }),
    ),
  );
  return { stop: async (deadlineMs) => void (await Promise.all(servers.map((server) => server.stop(deadlineMs)))) };
}
