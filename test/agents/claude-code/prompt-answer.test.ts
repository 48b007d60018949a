import { describe, expect, it } from 'vitest';

import { decisionFor, isRefusal } from '../../../src/agents/claude-code/prompt-answer.ts';
import { readRequest } from '../../../src/agents/claude-code/prompt-request.ts';
import type { AskedPrompt, HeldRequest } from '../../../src/agents/claude-code/prompt-request.ts';
import { settingsPlaces } from '../../../src/agents/claude-code/settings-places.ts';
import type { PromptAnswer } from '../../../src/model/prompt.ts';
import { recorded, recordedRequests } from './fixtures.ts';

const places = settingsPlaces('/home/user/work', '/home/user/home/.claude');
const read = (request: HeldRequest): AskedPrompt => readRequest(request, places)!;

/** What stands in the decision itself. */
function decision(request: HeldRequest, answer: PromptAnswer): unknown {
  const { hookSpecificOutput } = decisionFor(read(request), answer) as { hookSpecificOutput: { decision: unknown } };
  return hookSpecificOutput.decision;
}

describe('what a recorded request offers', () => {
  it('a rule as the agent will write it, and the file', () => {
    const where = '/home/user/work/.claude/settings.local.json';
    const grants = (request: HeldRequest): unknown => read(request).grants;
    expect(grants(recordedRequests.command())).toEqual([
      { kind: 'rules', id: '1', rules: ['Bash(npm test *)'], effect: 'allow', where },
    ]);
    expect(read(recordedRequests.quotedCommand()).grants[0]).toMatchObject({
      rules: ['Bash(python3 -c "print\\(1\\)")'],
    });
    expect(grants(recordedRequests.mcpTool())).toMatchObject([{ rules: ['mcp__forms__book'], where }]);
    expect(grants(recordedRequests.outside())).toEqual([
      { kind: 'mode', id: '1', mode: 'acceptEdits', where: 'session' },
      { kind: 'directories', id: '2', directories: ['/srv'], where: 'session' },
    ]);
  });

  it('nothing that it is not known to do', () => {
    const request = recordedRequests.command();
    const odd = [
      { type: 'removeRules', rules: [], destination: 'session' },
      { type: 'setMode', mode: 'x', destination: 'moon' },
    ];
    expect(read({ ...request, data: { ...request.data, permission_suggestions: odd } }).grants).toEqual([]);
    const nowhere = { ...places, localSettings: undefined };
    expect(readRequest(request, nowhere)?.grants).toEqual([]);
  });

  it('the questions, and that any words will do', () => {
    expect(read(recordedRequests.questions()).questions).toMatchObject([
      { id: 'Which one?', header: 'Choice', isMultiple: false, takesText: true, options: [{ label: 'Apple' }, {}, {}] },
      { id: 'Which sizes?', header: 'Sizes', isMultiple: true, takesText: true },
      { id: 'Who?', options: [{ label: 'Ann', description: 'The choice Ann' }, { label: 'Bob' }] },
    ]);
  });

  it('the plan, and the mode that can go with it', () => {
    const { kind, input, grants } = read(recordedRequests.plan());
    expect({ kind, plan: input.plan }).toEqual({ kind: 'plan', plan: 'written by the stand-in\n' });
    expect(grants).toEqual([{ kind: 'mode', id: '1', mode: 'acceptEdits', where: 'session' }]);
  });

  it('the fields of a form', () => {
    const { kind, tool, input, questions } = read(recordedRequests.form());
    expect({ kind, tool, message: input.message }).toEqual({
      kind: 'form',
      tool: 'forms',
      message: 'Where should the parcel go?',
    });
    expect(questions).toEqual([
      {
        id: 'name',
        text: 'Your name (As on the parcel)',
        header: 'Your name',
        options: [],
        isMultiple: false,
        takesText: true,
        isOptional: false,
      },
      expect.objectContaining({ id: 'boxes', text: 'boxes (a whole number, 1 to 9)', isOptional: true }),
      expect.objectContaining({ id: 'fragile', options: [{ label: 'yes' }, { label: 'no' }], takesText: false }),
      expect.objectContaining({ id: 'size', options: [{ label: 'A small one' }, { label: 'A large one' }] }),
    ]);
  });
});

describe('decisionFor', () => {
  it('allows once, or with what was granted, in the agent\u2019s own words', () => {
    const request = recordedRequests.outside();
    expect(decision(request, { behavior: 'allow' })).toEqual({ behavior: 'allow' });
    expect(decision(request, { behavior: 'allow', grant: '2' })).toEqual({
      behavior: 'allow',
      updatedPermissions: [{ type: 'addDirectories', directories: ['/srv'], destination: 'session' }],
    });
  });

  it('BX-05: approves a plan with its input, without which the agent would go on asking', () => {
    const request = recordedRequests.plan();
    const updatedInput = request.data.tool_input;
    expect(decision(request, { behavior: 'allow' })).toEqual({ behavior: 'allow', updatedInput });
    expect(decision(request, { behavior: 'allow', grant: '1' })).toEqual({
      behavior: 'allow',
      updatedInput,
      updatedPermissions: [{ type: 'setMode', mode: 'acceptEdits', destination: 'session' }],
    });
  });

  it('answers questions by the words of its answers', () => {
    const request = recordedRequests.questions();
    const answers = { 'Which one?': 'something else', 'Which sizes?': 'Small, Large', 'Who?': 'Ann' };
    expect(decision(request, { behavior: 'choose', answers })).toEqual({
      behavior: 'allow',
      updatedInput: { ...request.data.tool_input, answers },
    });
  });

  it('denies with a message', () => {
    const no = decision(recordedRequests.plan(), { behavior: 'deny', message: 'not yet' });
    expect(no).toEqual({ behavior: 'deny', message: 'not yet' });
  });

  it('declines a form', () => {
    const declined = decisionFor(read(recordedRequests.form()), { behavior: 'deny', message: 'no' });
    expect(declined).toEqual({ hookSpecificOutput: { hookEventName: 'Elicitation', action: 'decline' } });
  });

  it('agrees to what has no fields', () => {
    const { data, ...form } = recordedRequests.form();
    const { requested_schema: _schema, ...others } = data;
    const link = read({ ...form, data: { ...others, url: 'https://example.org/login' } });
    expect(link).toMatchObject({ kind: 'form', questions: [], input: { url: 'https://example.org/login' } });
    expect(decisionFor(link, { behavior: 'choose', answers: {} })).toEqual({
      hookSpecificOutput: { hookEventName: 'Elicitation', action: 'accept', content: {} },
    });
  });

  it.each([
    ['a question', recordedRequests.questions, { behavior: 'allow' }],
    ['a question', recordedRequests.questions, { behavior: 'choose', answers: { Other: 'x' } }],
    ['a question', recordedRequests.questions, { behavior: 'choose', answers: {} }],
    ['a permission', recordedRequests.command, { behavior: 'choose', answers: {} }],
    ['a permission', recordedRequests.command, { behavior: 'allow', grant: '9' }],
    ['a form', recordedRequests.form, { behavior: 'allow' }],
    ['a form', recordedRequests.form, { behavior: 'choose', answers: { name: 'Ann' } }],
    ['a form', recordedRequests.form, { behavior: 'choose', answers: { name: 'Ann', size: 'huge' } }],
    [
      'a form',
      recordedRequests.form,
      { behavior: 'choose', answers: { name: 'Ann', size: 'A large one', boxes: 'two' } },
    ],
    [
      'a form',
      recordedRequests.form,
      { behavior: 'choose', answers: { name: 'Ann', size: 'A large one', boxes: '10' } },
    ],
    [
      'a form',
      recordedRequests.form,
      { behavior: 'choose', answers: { name: 'Ann', size: 'A large one', boxes: '1.5' } },
    ],
  ] as const)('refuses for %s: %#', (_what, request, answer) => {
    expect(() => decisionFor(read(request()), answer)).toThrow(
      expect.objectContaining({ code: 'answer-does-not-fit', happened: 'not-done' }),
    );
  });

  it('knows a no when it sees one', () => {
    for (const request of [recorded('PermissionRequest'), recordedRequests.plan(), recordedRequests.form()]) {
      expect(isRefusal(decisionFor(read(request), { behavior: 'deny', message: '"action":"accept"' }))).toBe(true);
    }
    const tricky = { ...recordedRequests.questions() };
    const answers = { 'Which one?': '"decision":{"behavior":"deny"', 'Which sizes?': 'Small', 'Who?': 'Ann' };
    expect(isRefusal(decisionFor(read(tricky), { behavior: 'choose', answers }))).toBe(false);
  });
});
