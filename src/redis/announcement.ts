/** A message that a script publishes in the step that it announces. */
export interface Announcement {
  readonly channel: string;
  readonly message: string;
}
