import { describe, expect, it } from 'vitest';

import { stepsFor, variableText } from '../../../src/agents/scripted/script.ts';

function saidBy(text: string): readonly string[] {
  return stepsFor(text).flatMap((step) => (step.do === 'say' ? [step.text] : []));
}

describe("the practice agent's script", () => {
  it('repeats what it does not know, exactly', () => {
    expect(saidBy('hello')).toEqual(['You said: hello']);
    expect(saidBy('  two\n\n words  ')).toEqual(['You said:   two\n\n words  ']);
    expect(saidBy('')).toEqual(['You said: ']);
  });

  it('takes off one header of the bridge, and nothing that only looks like one', () => {
    expect(saidBy('[discord @bob session=12] hello')).toEqual(['You said: hello']);
    expect(saidBy('[cli session=1] hello')).toEqual(['You said: hello']);
    expect(saidBy('[cli session=1] [cli session=2] hello')).toEqual(['You said: [cli session=2] hello']);
    expect(saidBy('[note] hello')).toEqual(['You said: [note] hello']);
  });

  it.each([
    'ask me later',
    'constructor',
    'trust me',
    'read',
    'name',
    'help!',
    'slow',
    'slow down',
    'long text',
    'crash into',
    'crash 256',
    'env',
    'env A B',
    'dp',
  ])('takes "%s" for a text, not for a command', (text) => {
    expect(saidBy(text)).toEqual([`You said: ${text}`]);
  });

  it('tells a newcomer what it is and how to get a real agent', () => {
    const [help = ''] = saidBy('[discord @bob session=1] help');
    for (const word of ['practice agent', 'slow 5', 'vai answer', 'Claude Code', 'CLAUDE_COMMAND']) {
      expect(help).toContain(word);
    }
    expect(help.length).toBeLessThan(2000);
  });

  it('asks with as much patience as it is told to have', () => {
    expect(stepsFor('ask 2.5')).toMatchObject([{ do: 'ask', dialog: { prompt: 'permission', patienceMs: 2500 } }]);
    expect(stepsFor('ask')).not.toMatchObject([{ dialog: { patienceMs: expect.any(Number) } }]);
  });

  it('works for a while, and says one text at the end', () => {
    expect(stepsFor('slow 3')).toEqual([
      { do: 'work', seconds: 3, aloud: true },
      { do: 'say', text: 'A slow answer, after 3 s.' },
    ]);
    expect(stepsFor('busy 0.5')[0]).toEqual({ do: 'work', seconds: 0.5, aloud: false });
    expect(stepsFor('slow 999999')[0]).toMatchObject({ seconds: 3600 });
  });

  it('says long texts of the asked length', () => {
    const [text = ''] = saidBy('long 200');
    expect(text.split('\n')).toHaveLength(200);
    expect(text.endsWith('line 200 of 200')).toBe(true);
  });

  it.each([
    ['ask', 'permission'],
    ['question', 'question'],
    ['question multi', 'question'],
    ['questions', 'question'],
    ['plan', 'plan'],
    ['plan  long', 'plan'],
    ['ask long', 'permission'],
    ['ask bash', 'permission'],
    ['edit', 'permission'],
    ['form', 'form'],
    ['trust', 'trust'],
  ])('%s opens a dialog of kind %s', (text, prompt) => {
    expect(stepsFor(text)).toMatchObject([{ do: 'ask', dialog: { prompt } }]);
  });

  it('does what each line of a script says, in one turn', () => {
    expect(stepsFor('[cli session=1] script:\nsay it\nslow 1\nlimit')).toMatchObject([
      { do: 'say', text: 'You said: say it' },
      { do: 'work' },
      { do: 'say' },
      { do: 'fail', outcome: 'rate-limited' },
    ]);
    expect(saidBy('script: no')).toEqual(['You said: script: no']);
  });

  it('posts with dp what it also says', () => {
    expect(stepsFor('dp the same words')).toEqual([
      { do: 'dp', text: 'the same words' },
      { do: 'say', text: 'the same words' },
    ]);
  });

  it('has bad days on demand', () => {
    expect(stepsFor('silent')).toEqual([]);
    expect(saidBy('two')).toHaveLength(2);
    expect(stepsFor('fail')).toEqual([{ do: 'fail', outcome: 'failed', reason: 'this turn was asked to fail' }]);
    expect(stepsFor('limit')).toMatchObject([{ do: 'fail', outcome: 'rate-limited' }]);
    expect(stepsFor('late words')).toEqual([{ do: 'say-late', text: 'words' }]);
    expect(stepsFor('tools 2')[0]).toEqual({ do: 'use-tools', seconds: 2 });
    expect(stepsFor('crash')).toEqual([{ do: 'crash', code: 1 }]);
    expect(stepsFor('crash 42')).toEqual([{ do: 'crash', code: 42 }]);
    expect(stepsFor('exit').at(-1)).toEqual({ do: 'leave' });
  });

  it('MS-09: never shows the value of a variable whose name looks secret', () => {
    expect(variableText('HOME', '/home/bob')).toBe('HOME is "/home/bob".');
    expect(variableText('NOPE', undefined)).toBe('NOPE is not set.');
    for (const name of ['DISCORD_BOT_TOKEN', 'ANTHROPIC_API_KEY', 'my_password', 'Client_Secret', 'AUTHORIZATION']) {
      expect(variableText(name, 'hunter2')).toBe(`${name} is set (its value is not shown).`);
    }
  });
});
