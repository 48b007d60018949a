import { describe, expect, it } from 'vitest';

import { fault, good, reportOf, reportSchema } from '../../src/doctor/report.ts';

const about = { version: '1.2.3', home: '/home/bridge' };

describe('reportOf', () => {
  it('sorts by group, keeps the order within one, and counts', () => {
    const report = reportOf(
      [fault('daemon-stopped', 'a'), good('node', 'b'), fault('tmux-missing', 'c', 'd'), good('tmux', 'e')],
      about,
    );
    expect(report.findings.map(({ says }) => says)).toEqual(['b', 'c', 'e', 'a']);
    expect(report.counts).toEqual({ ok: 2, note: 1, warning: 0, problem: 1 });
    expect(report.healthy).toBe(false);
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('is healthy with warnings', () => {
    expect(reportOf([fault('disk-low', 'a')], about).healthy).toBe(true);
  });

  it('has a schema that refuses ids that nobody knows', () => {
    const report = reportOf([], about);
    const finding = { id: 'made-up', group: 'node', level: 'ok', says: 'x' };
    expect(reportSchema.safeParse({ ...report, findings: [finding] }).success).toBe(false);
  });
});
