/** One setting that is wrong. `message` is a whole line, names the variable and holds no secret. */
export interface SettingProblem {
  readonly variable: string;
  readonly message: string;
}

/** All problems of the settings at once; its message has one line per problem. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'SETTINGS_INVALID';

  constructor(readonly problems: readonly SettingProblem[]) {
    super(problems.map((problem) => problem.message).join('\n'));
  }
}
