/** What JSX becomes calls of. They are shorter than those of the automatic transformation. */
export { Fragment, h } from 'preact';
