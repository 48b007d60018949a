import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  parseTranscriptLine,
  readTranscript,
  textsOfTurn,
  transcriptSize,
} from '../../../src/agents/claude-code/transcript.ts';
import { fixture, recorded } from './fixtures.ts';

describe('transcript', () => {
  let directory: string;
  let path: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'bridge-transcript-'));
    path = join(directory, 't.jsonl');
    writeFileSync(path, fixture('transcript.jsonl'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('gives prompts, texts and interrupts in order, and nothing else', () => {
    const kinds = readTranscript(path).map(({ kind }) => kind);
    expect(kinds).toEqual([
      'prompt',
      'text',
      'prompt',
      'text',
      'prompt',
      'text',
      'prompt',
      'prompt',
      'text',
      'interrupted',
      'prompt',
      'prompt',
    ]);
  });

  it('knows prompts by the same turn as the hooks, and by the same words', () => {
    const { prompt_id: turn, prompt: text } = recorded('UserPromptSubmit').data;
    expect(readTranscript(path)[0]).toMatchObject({ kind: 'prompt', turn, text });
  });

  it('has what was said in a turn', () => {
    const turn = recorded('UserPromptSubmit').data.prompt_id;
    const texts = textsOfTurn(readTranscript(path), turn).map(({ text }) => text);
    expect(texts).toEqual([recorded('Stop').data.last_assistant_message]);
    expect(textsOfTurn(readTranscript(path), 'unknown')).toEqual([]);
  });

  it('reads from an offset, also from the middle of a line', () => {
    expect(readTranscript(path, transcriptSize(path))).toEqual([]);
    expect(readTranscript(path, 100).length).toBeGreaterThan(5);
    expect(readTranscript(path, transcriptSize(path) + 1000)).toEqual([]);
  });

  it('does without a file', () => {
    expect(readTranscript(join(directory, 'missing'))).toEqual([]);
    expect(transcriptSize(join(directory, 'missing'))).toBe(0);
  });

  it.each([
    '',
    '{"type":"user"',
    '{"type":"user","message":{"content":7}}',
    '{"type":"user","isSidechain":true,"promptId":"p","message":{"content":"of a subagent"}}',
    '{"type":"assistant","uuid":"u","isApiErrorMessage":true,"message":{"content":[{"type":"text","text":"API Error"}]}}',
  ])('passes over %j', (line) => {
    expect(parseTranscriptLine(line)).toEqual([]);
  });
});
