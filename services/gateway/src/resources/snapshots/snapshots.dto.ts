import { ResolvedOperation, Snapshot } from '@tidemark/contracts';
import { Shape } from '@tidemark/contracts/fields';
import { PageShape, ViewPageShape } from '../../edge/paging.js';

@Shape()
export class SnapshotPage extends ViewPageShape(Snapshot) {}

@Shape()
export class OperationPage extends PageShape(ResolvedOperation) {}
