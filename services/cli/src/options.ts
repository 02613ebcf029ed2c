import { severities } from '@tidemark/contracts';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { isInstant } from '@tidemark/foundation';

/** A whole number of at least `least`, for commander. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`It must be a whole number from ${least} on.`);
    return value;
  };

/** A time in ISO 8601, where the person is unless it has a zone, or a day, as a time in UTC. */
export function time(text: string): string {
  if (!isInstant(text) && !isInstant(`${text}Z`))
    throw new InvalidArgumentError('It must be a time such as 2026-03-01T08:15:00Z, or a day.');
  return new Date(text).toISOString();
}

/** A JSON object. */
export function jsonObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It is no JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidArgumentError('It must be a JSON object.');
  return value as Record<string, unknown>;
}

/** Several values out of a closed list, in one word with commas, each checked. */
export const oneOrMoreOf =
  (choices: readonly string[]) =>
  (text: string): string => {
    const unknown = text.split(',').find((word) => !choices.includes(word));
    if (unknown !== undefined) throw new InvalidArgumentError(`Allowed are ${choices.join(', ')}.`);
    return text;
  };

/** Gathers an option that may be given several times. */
export const gather =
  (choices: readonly string[]) =>
  (text: string, before: readonly string[] = []): readonly string[] => {
    if (!choices.includes(text)) throw new InvalidArgumentError(`Allowed are ${choices.join(', ')}.`);
    return [...before, text];
  };

export interface PageOptions {
  readonly page?: number;
  readonly perPage?: number;
}

/** `--page` and `--per-page`. */
export const paged = (command: Command): Command =>
  command
    .addOption(new Option('--page <n>', 'which page, from 1').argParser(wholeNumber(1)))
    .addOption(new Option('--per-page <n>', 'rows in a page').argParser(wholeNumber(1)));

export interface ChangeFilter extends PageOptions {
  readonly severity?: string;
  readonly rule?: string;
  readonly operation?: string;
  readonly ignored?: boolean;
  readonly exitCode?: boolean;
}

/** What a list of changes can be narrowed by; those that are ignored are shown when asked for. */
export const filtered = (command: Command): Command =>
  paged(command)
    .addOption(
      new Option('--severity <list>', `some of ${severities.join(', ')}, with commas`).argParser(
        oneOrMoreOf(severities),
      ),
    )
    .option('--rule <rule>', 'of this rule, such as response-property-removed')
    .option('--operation <operation>', "that reach this operation, such as 'GET /pets'")
    .option('--ignored', 'those that the ignore list expects, and no others')
    .option('--exit-code', 'exit with 1 when there are such changes');

/** The filter as the API takes it. */
export const filterQuery = ({ severity, rule, operation, ignored = false, page, perPage }: ChangeFilter) => ({
  ...{ severity, rule, operation, ignored, page, perPage },
});

/** Gathers an option that may be given several times with anything. */
export const several = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
