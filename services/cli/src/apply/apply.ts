import { CliError } from '../cli-error.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { show, type Session } from '../session.js';
import { Changes } from './carry-out.js';
import { currentOf } from './current.js';
import { faultsAt, readDeclaration } from './declaration.js';
import { DeclarationFile } from './declaration-file.js';
import { planOf, type Plan, type Step } from './plan.js';

export interface ApplyOptions {
  readonly file: string;
  readonly plan?: boolean;
  readonly prune?: boolean;
  readonly exitCode?: boolean;
}

/** Makes the installation what a file declares. @throws CliError with file, line and field */
export async function apply(session: Session, options: ApplyOptions): Promise<ExitCode | void> {
  const { api, terminal, json } = session;
  const file = await DeclarationFile.read(options.file, session);
  const declaration = readDeclaration(file, { env: session.env, folder: file.folder });
  const { faults, ...plan } = await planOf(api, declaration, await currentOf(api));
  if (faults.length > 0) throw file.refusal(faults);
  const steps = [...plan.steps, ...(options.prune ? plan.undeclared : [])];
  if (!json) terminal.print(planText({ ...plan, steps, undeclared: options.prune ? [] : plan.undeclared }, session));
  if (!options.plan) await carryOut(session, file, steps);
  if (json) show(session, { steps: steps.map(described), unchanged: plan.unchanged, applied: !options.plan }, () => '');
  else if (!options.plan && steps.length > 0) terminal.print('applied');
  return options.exitCode && steps.length > 0 ? exitCodes.unwanted : undefined;
}

async function carryOut({ api, signal }: Session, file: DeclarationFile, steps: readonly Step[]): Promise<void> {
  const changes = new Changes(api);
  for (const [done, step] of steps.entries())
    await changes.carryOut(step).catch((error: unknown) => {
      if (!(error instanceof CliError)) throw error;
      const consequence = `${done} of ${steps.length} changes were made; fix it and run it again`;
      const fields = error.details.fields ?? [];
      if (step.path && fields.length > 0) throw file.refusal(faultsAt(step.path, fields, error.message), consequence);
      const where = step.path ? `${file.where(step.path)}: ` : '';
      const message = `${where}${step.kind} ${JSON.stringify(step.name)}: ${error.message}; ${consequence}`;
      throw new CliError(error.exitCode, error.code, message, error.details, { cause: error });
    });
  await changes.settled(signal);
}

const described = ({ action, kind, name, changes }: Step) => ({ action, kind, name, changes });

const signs = { create: '+', change: '~', remove: '-' } as const;
const colors = { create: 'green', change: 'yellow', remove: 'red' } as const;

function planText({ steps, unchanged, undeclared }: Omit<Plan, 'faults'>, { terminal: { paint } }: Session): string {
  const lines = steps.flatMap(({ action, kind, name, changes }) => [
    paint(colors[action], `${signs[action]} ${kind} ${name}`),
    ...changes.map((change) => `    ${change}`),
  ]);
  const count = (action: Step['action']) => steps.filter((step) => step.action === action).length;
  const total = `${count('create')} to create, ${count('change')} to change, ${count('remove')} to remove, ${unchanged} unchanged`;
  const kept = undeclared.map(({ kind, name, changes: [what] }) => `${kind} ${name}${what ? ` ${what}` : ''}`);
  const note = kept.length === 0 ? [] : [`not declared, and kept without --prune: ${kept.join('; ')}`];
  return [...lines, total, ...note].join('\n');
}
