import { PROFILE_MERGE } from './profile-merge.ts';
import { RESILIENCE } from './resilience.ts';
import { type Survivors } from './survivor.ts';

/** By file. */
export const SURVIVORS: Survivors = { ...PROFILE_MERGE, ...RESILIENCE };
