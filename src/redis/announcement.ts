/** A message that a script publishes together with the change that it announces. */
export interface Announcement {
  readonly channel: string;
  readonly message: string;
}
