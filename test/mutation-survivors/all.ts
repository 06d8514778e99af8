import { PARSERS } from './parsers.ts';
import { PROFILE_MERGE } from './profile-merge.ts';
import { RESILIENCE } from './resilience.ts';
import { STORED_VALUES } from './stored-values.ts';
import { type Survivors } from './survivor.ts';
import { UPSTREAMS } from './upstreams.ts';

/** By file. */
export const SURVIVORS: Survivors = { ...PARSERS, ...PROFILE_MERGE, ...RESILIENCE, ...STORED_VALUES, ...UPSTREAMS };
