import type { PromptGrant, PromptKind, PromptQuestion } from '../../model/prompt.ts';

/** Something the practice agent asks a person. */
export interface Dialog {
  readonly prompt: PromptKind;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** What a yes may grant beyond this once. */
  readonly grants: readonly PromptGrant[];
  /** What a question or a form asks, one after the other; others ask nothing but yes or no. */
  readonly questions: readonly PromptQuestion[];
  /** How long a person has, in milliseconds; default a day. */
  readonly patienceMs?: number;
}

/** Stands for the path of the file of rules, which the dialogs do not know. */
export const inRulesFile = '<rules>';

/** Lines of the long plan and of the long permission: more than one message of a chat server holds. */
const longLines = 200;

const dialogs: Readonly<Record<string, Dialog>> = {
  ask: permission('Write', { file_path: 'practice.txt', content: 'Nothing is really written.\n' }, [
    always('Write(practice.txt)'),
  ]),
  'ask long': permission('Write', { file_path: 'practice-long.txt', content: numbered(longLines) }, [
    always('Write(practice-long.txt)'),
  ]),
  'ask bash': permission('Bash', { command: 'npm test -- --run', description: 'Runs the tests once' }, [
    always('Bash(npm test:*)'),
  ]),
  edit: permission(
    'Edit',
    {
      file_path: 'src/greeting.ts',
      old_string: "export function greet(name: string): string {\n  return 'Hello ' + name;\n}\n",
      new_string: 'export function greet(name: string): string {\n  return `Hello, ${name}!`;\n}\n',
      replace_all: false,
    },
    [
      { kind: 'mode', id: 'mode', mode: 'acceptEdits', where: 'session' },
      { kind: 'directories', id: 'directory', directories: ['/srv/practice'], where: 'session' },
    ],
  ),
  question: question([
    choice('Which colour?', 'Colour', [
      ['Red', 'like a tomato'],
      ['Green', 'like grass'],
      ['Blue', 'like the sea'],
    ]),
  ]),
  'question multi': question([
    {
      ...choice('Which fruits?', 'Fruits', [
        ['Apple', 'from a tree'],
        ['Cherry', 'from a tree as well'],
        ['Melon', 'from the ground'],
      ]),
      isMultiple: true,
    },
  ]),
  questions: question([
    choice('Which colour?', 'Colour', [
      ['Red', 'like a tomato'],
      ['Blue', 'like the sea'],
    ]),
    {
      ...choice('Which sizes?', 'Sizes', [
        ['Small', 'fits in a pocket'],
        ['Large', 'fits in a house'],
      ]),
      isMultiple: true,
    },
    choice('Which name?', 'Name', [
      ['Ann', 'a short one'],
      ['Bartholomew', 'a long one'],
    ]),
  ]),
  plan: plan('# A plan\n\n1. Look at the code\n2. Change one thing\n3. Test it\n'),
  'plan long': plan(
    `# A long plan\n\n${Array.from({ length: longLines }, (_, index) => `${index + 1}. Do step ${index + 1} with care`).join('\n')}\n`,
  ),
  form: {
    prompt: 'form',
    tool: 'practice-server',
    input: { message: 'Where should the parcel go?' },
    grants: [],
    questions: [
      field('name', 'Your name'),
      { ...field('size', 'Size of the parcel'), options: [{ label: 'small' }, { label: 'large' }], takesText: false },
      { ...field('note', 'A note for the driver'), isOptional: true },
    ],
  },
  trust: { prompt: 'trust', tool: 'trust', input: { workDir: '/srv/practice' }, grants: [], questions: [] },
};

/** The dialogs by the words that open them. */
export const practiceDialogs: ReadonlyMap<string, Dialog> = new Map(Object.entries(dialogs));

function permission(tool: string, input: Dialog['input'], grants: readonly PromptGrant[]): Dialog {
  return { prompt: 'permission', tool, input, grants, questions: [] };
}

function always(rule: string): PromptGrant {
  return { kind: 'rules', id: 'always', rules: [rule], effect: 'allow', where: inRulesFile };
}

function plan(text: string): Dialog {
  const grants = [{ kind: 'mode', id: 'mode', mode: 'acceptEdits', where: 'session' }] as const;
  return { prompt: 'plan', tool: 'ExitPlanMode', input: { plan: text }, grants, questions: [] };
}

function question(questions: readonly PromptQuestion[]): Dialog {
  const asked = questions.map(({ text, header, isMultiple, options }) => ({
    question: text,
    header,
    multiSelect: isMultiple,
    options,
  }));
  return { prompt: 'question', tool: 'AskUserQuestion', input: { questions: asked }, grants: [], questions };
}

function choice(
  text: string,
  header: string,
  options: readonly (readonly [label: string, description: string])[],
): PromptQuestion {
  return {
    id: text,
    text,
    header,
    options: options.map(([label, description]) => ({ label, description })),
    isMultiple: false,
    takesText: true,
  };
}

function field(id: string, text: string): PromptQuestion {
  return { id, text, options: [], isMultiple: false, takesText: true };
}

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1} of ${count}, nothing is written\n`).join('');
}
