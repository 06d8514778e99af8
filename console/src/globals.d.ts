/** Whether the page reloads itself after each build; true in development only. */
declare const RELOADS: boolean;
