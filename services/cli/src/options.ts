import { severities } from '@tidemark/contracts';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { isInstant } from '@tidemark/foundation';
import type { Headers } from './api/api.js';

/** A whole number of at least `least`, for commander. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    return value;
  };

/** An ISO 8601 time, local unless it names a zone, or a date; returned in UTC. */
export function time(text: string): string {
  if (!isInstant(text) && !isInstant(`${text}Z`))
    throw new InvalidArgumentError('It must be a time such as 2026-03-01T08:15:00Z, or a date.');
  return new Date(text).toISOString();
}

/** JSON objects of a repeatable option. */
export const jsonObjects = (text: string, before: readonly object[] = []): readonly object[] => [
  ...before,
  jsonObject(text),
];

/** A JSON object. */
export function jsonObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`Not valid JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidArgumentError('It must be a JSON object.');
  return value as Record<string, unknown>;
}

/** A comma-separated list of values, each from a closed list. */
export const oneOrMoreOf =
  (choices: readonly string[]) =>
  (text: string): string => {
    const unknown = text.split(',').find((word) => !choices.includes(word));
    if (unknown !== undefined) throw new InvalidArgumentError(`Must be one of ${choices.join(', ')}.`);
    return text;
  };

/** Collects a repeatable option whose values are from a closed list. */
export const gather =
  (choices: readonly string[]) =>
  (text: string, before: readonly string[] = []): readonly string[] => {
    if (!choices.includes(text)) throw new InvalidArgumentError(`Must be one of ${choices.join(', ')}.`);
    return [...before, text];
  };

export interface PageOptions {
  readonly page?: number;
  readonly cursor?: string;
  readonly perPage?: number;
}

/** `--page` or `--cursor`, and `--per-page`. */
export const paged = (command: Command): Command =>
  command
    .addOption(new Option('--page <n>', 'page number, from 1').argParser(wholeNumber(1)))
    .addOption(
      new Option('--cursor <cursor>', 'continue after a page, as printed below it; new rows do not shift it').conflicts(
        'page',
      ),
    )
    .addOption(new Option('--per-page <n>', 'rows per page').argParser(wholeNumber(1)));

export interface RepeatOptions {
  readonly idempotencyKey?: string;
}

/** `--idempotency-key`. */
export const repeatable = (command: Command): Command =>
  command.option('--idempotency-key <key>', 'makes it safe to repeat: the same key creates one only');

export const repeatHeaders = ({ idempotencyKey }: RepeatOptions): Headers =>
  idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };

export interface ChangeFilter extends PageOptions {
  readonly severity?: string;
  readonly rule?: string;
  readonly operation?: string;
  readonly ignored?: boolean;
  readonly exitCode?: boolean;
}

/** Filters of a list of changes; ignored changes are shown only on request. */
export const filtered = (command: Command): Command =>
  paged(command)
    .addOption(
      new Option('--severity <list>', `filter by severity, comma-separated: ${severities.join(', ')}`).argParser(
        oneOrMoreOf(severities),
      ),
    )
    .option('--rule <rule>', 'filter by rule, such as response-property-removed')
    .option('--operation <operation>', "filter by affected operation, such as 'GET /pets'")
    .option('--ignored', 'only changes matched by the ignore list')
    .option('--exit-code', 'exit with 1 if there are matching changes');

/** The filter as query parameters of the API. */
export const filterQuery = ({ severity, rule, operation, ignored = false, page, cursor, perPage }: ChangeFilter) => ({
  ...{ severity, rule, operation, ignored, page, cursor, perPage },
});

/** Collects a repeatable option with any values. */
export const several = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
