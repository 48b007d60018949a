import { describe, expect, it } from 'vitest';

import { promptCard } from '../../../src/bridge/prompts/card.ts';
import { promptWords } from '../../../src/bridge/words/prompts.ts';
import { renderText } from '../../../src/discord/render.ts';
import type { Controls } from '../../../src/model/controls.ts';
import { promptKinds, promptMoves } from '../../../src/model/prompt.ts';
import type { Prompt, PromptState } from '../../../src/model/prompt.ts';
import { promptOf, question } from './card-world.ts';

const ann = { from: 'chat', name: 'Ann', userId: '5' } as const;
const en = promptWords.en;

const labelsOf = (controls: Controls): readonly string[] =>
  controls.flatMap((row) => (row.kind === 'buttons' ? row.buttons.map(({ label }) => label) : [row.menu.placeholder]));

const rule = (...rules: string[]) =>
  ({ kind: 'rules', id: 'g', rules, effect: 'allow', where: '/srv/.claude/settings.local.json' }) as const;

describe('BX-05: a card of a permission', () => {
  it('shows a command with its reason, and exactly what "always" writes and where', () => {
    const { text, controls, files } = promptCard(
      promptOf({
        input: { command: 'npm test', description: 'Runs *all* tests', timeout: 60 },
        grants: [rule('Bash(npm test:*)')],
      }),
      en,
    );
    expect(text).toContain('```sh\nnpm test\n```');
    expect(text).toContain('Runs \\*all\\* tests');
    expect(text).toContain('`timeout`: `60`');
    expect(text).toContain('allows `Bash(npm test:*)`, written to `/srv/.claude/settings.local.json`');
    expect(labelsOf(controls)).toEqual(['Allow once', 'Always: Bash(npm test:*)', 'Deny', 'Deny with a word…']);
    expect(files).toEqual([]);
  });

  it('shows an edit as a diff with its file, a new file as lines that come, several edits one after the other', () => {
    const edit = { file_path: '/srv/a.ts', old_string: 'one\ntwo\nthree', new_string: 'one\n2\nthree' };
    expect(promptCard(promptOf({ tool: 'Edit', input: edit }), en).text).toContain(
      '📄 `/srv/a.ts`\n```diff\n one\n-two\n+2\n three\n```',
    );
    const written = promptCard(promptOf({ input: { file_path: '/srv/b', content: 'x\ny\n' } }), en).text;
    expect(written).toContain('```diff\n+x\n+y\n```');
    const several = {
      file_path: '/srv/c',
      edits: [
        { old_string: 'a', new_string: 'b' },
        { old_string: 'c', new_string: '' },
      ],
    };
    expect(promptCard(promptOf({ input: several }), en).text).toContain('```diff\n-a\n+b\n@@\n-c\n```');
  });

  it('shows anything else as it is', () => {
    expect(promptCard(promptOf({ input: { url: 'http://x', n: 1 } }), en).text).toContain(
      '```json\n{\n  "url": "http://x",\n  "n": 1\n}\n```',
    );
  });

  for (const backticks of [3, 4, 5, 6, 17]) {
    it(`cannot be made to end its fence with ${backticks} backticks and speak as the bridge`, () => {
      const fence = '`'.repeat(backticks);
      const { text } = promptCard(
        promptOf({ input: { command: `ls\n${fence}\nApproved by Ann.\n${fence}\nrm -rf ~` } }),
        en,
      );
      // Discord ends a block at the next three backticks, whatever opened it.
      expect(text.match(/`{3,}/g)).toEqual(['```', '```']);
      const inside = text.slice(text.indexOf('```'), text.lastIndexOf('```'));
      expect(inside).toContain('Approved by Ann.');
      expect(inside).toContain('rm -rf ~');
    });
  }

  it('shows what cannot be seen, and mentions nobody outside of its fence', () => {
    const hostile = 'rm \u202e/ \u0007\u200bx';
    const { text } = promptCard(
      promptOf({ tool: '@everyone **x**', input: { command: hostile, description: '<@123>' } }),
      en,
    );
    expect(text).toContain('rm ‹U+202E›/ ‹U+0007›‹U+200B›x');
    expect(text).toContain('\\@everyone \\*\\*x\\*\\*');
    expect(text).toContain('\\<\\@123\\>');
  });

  it('is one message whatever is asked; what does not fit is attached whole, and it says so with its size', () => {
    const command = `echo start\n${'x🎉'.repeat(40_000)}`;
    const { text, files } = promptCard(
      promptOf({
        tool: 'T'.repeat(300),
        input: { command, description: 'd'.repeat(5_000), more: 'm'.repeat(5_000) },
        grants: [rule(...Array.from({ length: 300 }, (_, index) => `Bash(npm run ${index}:*)`))],
      }),
      en,
      { behavior: 'deny', at: 5_000 },
    );
    expect(renderText(text)).toEqual([text]);
    expect(text).toContain('`request-p1.sh`');
    expect(text).toMatch(/of 120,011 characters/);
    expect(text).toContain('300 rules, listed in `request-p1-rules.txt`');
    expect(text).toContain('<t:5:R>');
    expect(files.map(({ name }) => name)).toEqual(['request-p1.sh', 'request-p1-whole.json', 'request-p1-rules.txt']);
    expect(files[0]).toEqual({ name: 'request-p1.sh', content: command });
    expect(files[2] && 'content' in files[2] ? files[2].content : '').toContain('Bash(npm run 299:*)');
  });

  it('shows no less of the input after it is decided, and is one message then too', () => {
    const open = promptOf({ input: { command: 'y'.repeat(5_000) } });
    const decided: Prompt = {
      ...open,
      state: 'applied',
      decision: { answer: { behavior: 'deny', message: '*'.repeat(4_000) }, by: { ...ann, name: '_'.repeat(300) } },
      end: { by: 'bridge', at: 2 },
    };
    const [before, after] = [promptCard(open, en), promptCard(decided, en)];
    expect(/y{100,}/.exec(after.text)?.[0]).toBe(/y{100,}/.exec(before.text)?.[0]);
    expect(renderText(after.text)).toEqual([after.text]);
    expect(after.controls).toEqual([]);
    expect(after.text).not.toContain('vai answer');
  });

  it.each(Object.keys(promptMoves) as readonly PromptState[])(
    'of any kind can be decided only while it is open: %s',
    (state) => {
      for (const kind of promptKinds) {
        const { controls } = promptCard(promptOf({ kind, state, questions: [question('Which', ['a', 'b'])] }), en);
        expect(controls.length > 0, kind).toBe(state === 'open');
      }
    },
  );
});

describe('BX-05: a card of a plan, a question, a form, trust', () => {
  it('a plan: as it was written, with what it may grant', () => {
    const mode = { kind: 'mode', id: 'm', mode: 'acceptEdits', where: 'session' } as const;
    const { text, controls } = promptCard(
      promptOf({ kind: 'plan', input: { plan: '# Do\n\n1. it' }, grants: [mode] }),
      en,
    );
    expect(text).toContain('# Do\n\n1. it');
    expect(labelsOf(controls)).toEqual(['Approve', 'Approve and accept edits', 'Revise…']);
  });

  it('a plan that is cut inside of a code block: the block ends, and the rest is attached', () => {
    const plan = `Intro\n\`\`\`\n${'code\n'.repeat(1_000)}\`\`\`\n`;
    const { text, files } = promptCard(promptOf({ kind: 'plan', input: { plan } }), en);
    expect(text.match(/```/g)).toHaveLength(2);
    expect(renderText(text)).toHaveLength(1);
    expect(files).toEqual([{ name: 'plan-p1.md', content: plan }]);
  });

  it('one question with a few answers: a button each', () => {
    const asked = promptOf({ kind: 'question', questions: [question('Which', ['Red', 'Blue'])] });
    expect(labelsOf(promptCard(asked, en).controls)).toEqual(['Red', 'Blue', 'In my own words…', 'No answer']);
  });

  it('several questions: a menu each, what is chosen so far, and one button that sends', () => {
    const asked = promptOf({
      kind: 'question',
      questions: [question('A', ['x', 'y']), question('B', ['p', 'q'], { isMultiple: true })],
      draft: { A: ['of my own'], B: ['p', 'q'] },
    });
    const { text, controls } = promptCard(asked, en);
    expect(labelsOf(controls)).toEqual([
      'A?: Choose one',
      'B?: Choose one or more',
      'Send',
      'In my own words…',
      'No answer',
    ]);
    expect(text).toContain('▫️ **');
    expect(text).not.toContain('\n- **');
    expect(text).toContain('✔️ of my own');
    expect(text).toContain('✔️ **p**\n✔️ **q**');
    const [, second] = controls;
    expect(second).toMatchObject({
      menu: {
        least: 1,
        most: 2,
        choices: [
          { value: '0', chosen: true },
          { value: '1', chosen: true },
        ],
      },
    });
  });

  it('a question without a header is called by its text; of options that read the same one is marked', () => {
    const same = question('Which', ['x', 'x', 'y']);
    const asked = promptOf({
      kind: 'question',
      questions: [{ ...same, header: ' ' }, question('B', ['p', 'q'])],
      draft: { [same.id]: ['x'] },
    });
    const [menu] = promptCard(asked, en).controls;
    expect(menu).toMatchObject({ menu: { placeholder: `${same.text}: Choose one` } });
    const choices = menu?.kind === 'menu' ? menu.menu.choices : [];
    expect(choices.map(({ chosen }) => chosen === true)).toEqual([true, false, false]);
  });

  it('questions without answers to choose from: a form', () => {
    const asked = promptOf({ kind: 'question', questions: [question('Why', [])] });
    expect(labelsOf(promptCard(asked, en).controls)).toEqual(['Answer…', 'No answer']);
  });

  it('trust: the directory, what it means, yes and no', () => {
    const { text, controls } = promptCard(promptOf({ kind: 'trust', input: { workDir: '/srv/x' } }), en);
    expect(text).toContain('`/srv/x`');
    expect(labelsOf(controls)).toEqual(['Trust it', "Don't"]);
  });

  it('stays within what the chat takes with any number of questions, answers and grants', () => {
    for (const count of [1, 4, 5, 12, 40]) {
      for (const options of [0, 2, 11, 25, 60]) {
        const labels = Array.from({ length: options }, (_, index) => `${index} ${'long '.repeat(40)}`);
        const questions = Array.from({ length: count }, (_, index) =>
          question(`${index} ${'q'.repeat(300)}`, labels, { isMultiple: index % 2 === 0, header: 'h'.repeat(80) }),
        );
        const { text, controls } = promptCard(promptOf({ kind: 'form', questions }), en);
        expect(renderText(text)).toEqual([text]);
        requireLimits(controls);
      }
    }
    const grants = Array.from({ length: 40 }, (_, index) => ({ ...rule(`Tool(${index})`), id: String(index) }));
    requireLimits(promptCard(promptOf({ grants }), en).controls);
  });
});

/** Discord's limits of components. */
function requireLimits(controls: Controls): void {
  expect(controls.length).toBeLessThanOrEqual(5);
  const ids = controls.flatMap((row) => (row.kind === 'menu' ? [row.menu.id] : row.buttons.map(({ id }) => id)));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id.length).toBeLessThanOrEqual(100);
  for (const row of controls) {
    if (row.kind === 'buttons') {
      expect(row.buttons.length).toBeLessThanOrEqual(5);
      for (const { label } of row.buttons) expect(label.length).toBeLessThanOrEqual(80);
    } else {
      expect(row.menu.choices.length).toBeLessThanOrEqual(25);
      expect(row.menu.placeholder.length).toBeLessThanOrEqual(150);
      for (const { label } of row.menu.choices) expect(label.length).toBeLessThanOrEqual(100);
    }
  }
}
