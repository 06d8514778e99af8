import { render } from 'preact';
import { App } from './page/app.tsx';
import { reloadOnChange } from './reload-on-change.ts';

const place = document.getElementById('app');
if (place) render(<App />, place);
// A page restored from the back/forward cache would still hold the key and the values of a user who has left.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload();
});
if (RELOADS) reloadOnChange();
