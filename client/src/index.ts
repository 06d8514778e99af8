export { type Answer, type CachedAnswer } from './answer.ts';
export { PROBLEM_CODES } from './api.ts';
export {
  type ExportLine,
  type ImportedLink,
  type ImportReport,
  type ImportSummary,
  type LineReport,
} from './bulk-links.ts';
export { CustomerProfileClient } from './client.ts';
export { type ClientClock } from './clock.ts';
export { type EraseOptions } from './customer-erasures.ts';
export {
  type CallOptions,
  type ChangeOptions,
  type ClientOptions,
  type ConditionOptions,
  type ReadOptions,
} from './options.ts';
export {
  CutOff,
  type ProblemCode,
  type ProblemDocument,
  ProfileProblem,
  ProfileTimeout,
  type ValidationIssue,
} from './problem.ts';
export { type FollowOptions } from './profile-changes.ts';
export type * from './types.ts';
