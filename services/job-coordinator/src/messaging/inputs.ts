import {
  busyPolicies,
  jobTriggers,
  jobTypes,
  TidemarkError,
  type BusyPolicy,
  type JobTrigger,
  type JobType,
  type PipelineChoice,
} from '@tidemark/contracts';
import { plainToInstance } from 'class-transformer';
import {
  IsIn,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  Length,
  validate,
  type ValidationError,
} from 'class-validator';

/** A job asked for over the broker: the gateway and internal producers use the same subject. */
export class CreateJobInput {
  @IsString()
  @Length(1, 128)
  tenant!: string;

  @IsString()
  @Length(1, 128)
  connectionId!: string;

  @IsIn(jobTypes)
  type!: JobType;

  @IsOptional()
  @IsIn(jobTriggers)
  trigger?: JobTrigger;

  @IsOptional()
  @IsString()
  @Length(1, 255)
  idempotencyKey?: string;

  @IsOptional()
  @IsIn(busyPolicies)
  whenBusy?: BusyPolicy;

  @IsOptional()
  @IsISO8601({ strict: true })
  startAt?: string;

  @IsOptional()
  @IsObject()
  parameters?: PipelineChoice['parameters'];
}

/** The input as an instance of its class. @throws TidemarkError VALIDATION_FAILED with every field at fault, unknown ones too */
export async function valid<T extends object>(type: new () => T, data: unknown): Promise<T> {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new TidemarkError('VALIDATION_FAILED', 'the message must be a JSON object');
  const input = plainToInstance(type, data);
  const problems = await validate(input, { whitelist: true, forbidNonWhitelisted: true });
  if (problems.length === 0) return input;
  const fields = problems.flatMap(fieldsOf);
  throw new TidemarkError('VALIDATION_FAILED', fields.map(({ message }) => message).join('; '), { fields });
}

const fieldsOf = ({ property, constraints }: ValidationError) =>
  Object.values(constraints ?? {}).map((message) => ({ field: property, message }));
