import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { rules } from './promtool.ts';

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const [, alertsPart = ''] = /^## Alerts$([\s\S]*?)^## /m.exec(runbook) ?? [];
const entries = alertsPart
  .split(/^### /m)
  .slice(1)
  .map((text) => {
    const [title = '', ...lines] = text.split('\n');
    return { anchor: title.toLowerCase().replaceAll(' ', '-'), title, text: lines.join('\n') };
  });

describe('docs/runbook.md', () => {
  it('has an entry for every alert, and none for another', () => {
    const linked = rules().flatMap(({ annotations }) => annotations?.runbook_url ?? []);
    const anchors = linked.map((url) => new URL(url).hash.slice(1));
    expect([...new Set(anchors)].sort()).toEqual(entries.map(({ anchor }) => anchor).sort());
  });

  it.each(entries)(
    'says of “$title” what users see, one command that confirms it, what to do and when to stop',
    ({ text }) => {
      const parts = ['Users see', 'Confirm', 'Do', 'Stop when'];
      expect([...text.matchAll(/^\*\*([\w ]+):\*\*/gm)].map(([, part]) => part)).toEqual(parts);
      const [command = '', ...more] = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, lines = '']) => lines);
      expect(more).toEqual([]);
      expect(command.trim().split('\n')).toHaveLength(1);
    },
  );

  it('reads the log of every pod, where kubectl takes one of a deployment', () => {
    const [own = '', ...others] = runbook.match(/kubectl logs (?!.*--prefix).*/g) ?? [];
    expect(others).toEqual([]);
    expect(own).toContain(' -l app.kubernetes.io/name=customer-profiles --tail=-1 --max-log-requests=20 ');
    expect(runbook.match(/^logs --since=/gm)).toHaveLength(7);
  });
});
