export { defineSettings, type SettingRow, type Settings, type SettingsOf, type SettingsSchema } from './settings.js';
export {
  bytes,
  duration,
  integer,
  list,
  onOff,
  oneOf,
  path,
  port,
  secret,
  string,
  url,
  type Setting,
} from './kinds.js';
export { Secret } from './secret.js';
export { SettingsError, type SettingProblem } from './settings-error.js';
export { platformSettings, standaloneUrls, streamLimits, type PlatformSettings, type PortUrls } from './platform.js';
