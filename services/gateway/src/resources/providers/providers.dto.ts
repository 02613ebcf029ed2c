import { Connection, Subscribe } from '@tidemark/contracts';
import { omit, pick, Shape, Text, WholeNumber } from '@tidemark/contracts/fields';
import { ViewPageShape } from '../../edge/paging.js';

/** A dependency of the catalogue, as every tenant may see it. */
@Shape()
export class Provider extends omit(Connection, 'state', 'whenBusy', 'pipeline', 'destinations', 'policies') {
  @Text({ nullable: true, description: "The caller's connection that subscribes to it." })
  readonly subscriptionId!: string | null;
}

@Shape()
export class ProviderDetail extends Provider {
  @WholeNumber({ description: 'The number of subscribed tenants.' })
  readonly subscribers!: number;
}

@Shape()
export class ProviderPage extends ViewPageShape(Provider) {}

@Shape()
export class SubscribeBody extends pick(Subscribe, 'name') {}
