import { describe, expect, it } from 'vitest';

import { countMark, findViolations } from './check.ts';
import type { ChatLine, Evidence, Said } from './evidence.ts';
import type { PlannedMessage } from './plan.ts';

const first: PlannedMessage = {
  name: 'm1',
  place: 0,
  text: 'm1 hello',
  mark: 'm1',
  answer: 'You said: m1',
  ending: 'completed',
  by: 'owner',
};
const second: PlannedMessage = { ...first, name: 'm2', text: 'm2 hello', mark: 'm2', answer: 'You said: m2' };

function said(message: PlannedMessage, id: string, at: number, more: Partial<Said> = {}): Said {
  return { message, id, at, edited: undefined, removedAt: undefined, ...more };
}

function person(id: string, text: string, reactions: readonly string[] = ['📥', '⚙️', '✅']): ChatLine {
  return { id, bot: false, text, replyTo: undefined, reactions };
}

function bot(id: string, text: string, replyTo?: string): ChatLine {
  return { id, bot: true, text, replyTo, reactions: [] };
}

/** Two messages, both answered, everything in order. */
const good = {
  plan: { seed: 1, sessions: ['queue'], threads: 0, elsewhere: false, steps: [] },
  said: [said(first, '101', 1000), said(second, '102', 1100)],
  asked: [],
  happenings: [],
  received: [
    [
      { at: 1050, text: '[discord @ada session=1] m1 hello' },
      { at: 1150, text: '[discord @ada session=1] m2 hello' },
    ],
  ],
  channels: ['900'],
  lines: [
    [
      person('101', 'm1 hello'),
      person('102', 'm2 hello'),
      bot('201', 'You said: m1 hello'),
      bot('202', 'You said: m2 hello'),
    ],
  ],
  inbox: [
    { id: 'discord:101', messageId: '101', session: 1, state: 'acknowledged' },
    { id: 'discord:102', messageId: '102', session: 1, state: 'acknowledged' },
  ],
  outbox: [
    { key: 'text:1', channel: '900', kind: 'text', state: 'posted', detail: null, sent: ['201'] },
    { key: 'text:2', channel: '900', kind: 'text', state: 'posted', detail: null, sent: ['202'] },
  ],
  sessionsDown: [],
  openTurns: 0,
  leftovers: [],
  unknownRoutes: [],
  mishaps: [],
} as const satisfies Evidence;

const [lines] = good.lines;
const [texts] = good.received;

/** The kinds of promises that this evidence shows to be broken. */
function broken(change: Partial<Evidence>): readonly string[] {
  const evidence: Evidence = { ...good, ...change };
  return findViolations(evidence).map((violation) => violation.replace(/:.*/s, ''));
}

describe('the judge of a scenario', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(findViolations(good)).toEqual([]);
  });

  it('I3: sees a message that never came in', () => {
    expect(broken({ inbox: good.inbox.slice(1) })).toEqual(['lost']);
  });

  it('does not ask for what nobody could tell the bridge', () => {
    const inbox = good.inbox.slice(1);
    const closed = { at: 900, what: 'channel closed', place: 0 } as const;
    expect(broken({ inbox, happenings: [closed] })).toEqual([]);
    expect(broken({ inbox, happenings: [closed, { at: 950, what: 'channel open', place: 0 }] })).toEqual(['lost']);
    expect(broken({ inbox, happenings: [{ ...closed, place: 1 }] })).toEqual(['lost']);
    const plan = { ...good.plan, sessions: [], elsewhere: true } as const;
    expect(broken({ plan, inbox })).toEqual([]);
    expect(broken({ plan, inbox: good.inbox.slice(0, 1) })).toEqual(['lost']);
  });

  it('lets an agent that is steered answer first what it took in while it used tools', () => {
    const tools = { ...first, text: 'tools 0.3', mark: 'tools 0.3', answer: 'Used tools for 0.3 s.' };
    const change = {
      said: [said(tools, '101', 1000), good.said[1]],
      received: [[{ at: 1050, text: 'tools 0.3' }, texts[1]]],
      lines: [[lines[0], lines[1], lines[3], bot('201', 'Used tools for 0.3 s.')]],
    };
    expect(broken(change)).toEqual(['order']);
    expect(broken({ ...change, plan: { ...good.plan, sessions: ['steer'] } })).toEqual([]);
    const late = { ...first, text: 'late m1 words', answer: 'm1 words' };
    const afterwards = [[lines[0], lines[1], lines[3], bot('201', 'm1 words')]];
    expect(broken({ said: [said(late, '101', 1000), good.said[1]], lines: afterwards })).toEqual([]);
  });

  it('I1: sees a message that is acknowledged, and that the agent never got', () => {
    expect(broken({ received: [texts.slice(1)] })).toEqual(['lost']);
  });

  it('I4: sees a message that the agent got twice', () => {
    expect(broken({ received: [[texts[0], texts[0], texts[1]]] })).toEqual(['doubled']);
  });

  it('sees an answer that stands twice, and whose second posting nobody knows', () => {
    expect(broken({ lines: [[...lines, bot('203', 'You said: m1 hello')]] })).toEqual(['doubled', 'doubled']);
  });

  it('sees something of the bot that is in no book', () => {
    expect(broken({ lines: [[...lines, bot('203', 'Session 1 is back')]] })).toEqual(['doubled']);
  });

  it('sees an answer that is missing', () => {
    const outbox = good.outbox.slice(0, 1);
    expect(broken({ lines: [lines.slice(0, 3)], outbox })).toEqual(['lost']);
  });

  it('sees something that is posted, says the book, and that is not there', () => {
    expect(broken({ lines: [lines.slice(0, 3)] })).toEqual(['lost', 'lost']);
  });

  it('sees two messages that the agent got in the wrong order', () => {
    const violations = broken({ received: [[texts[1], texts[0]]] });
    expect(violations).toContain('order');
  });

  it('forgives neighbours that the gateway itself told the wrong way round, but not their answers', () => {
    const happenings = [{ at: 1000, what: 'reorder' }] as const;
    const swapped = [lines[0], lines[1], lines[3], lines[2]];
    expect(broken({ received: [[texts[1], texts[0]]], happenings, lines: [swapped] })).toEqual([]);
    expect(broken({ received: [[texts[1], texts[0]]], happenings })).toEqual(['order']);
  });

  it('forgives what the gateway told late', () => {
    const swapped = [lines[0], lines[1], lines[3], lines[2]];
    const wrong = { received: [[texts[1], texts[0]]], lines: [swapped] };
    expect(broken({ ...wrong, happenings: [{ at: 1050, what: 'late' }] })).toEqual([]);
    expect(broken({ ...wrong, happenings: [{ at: 1200, what: 'late' }] })).toEqual(['order']);
  });

  it('sees answers in the wrong order', () => {
    expect(broken({ lines: [[lines[0], lines[1], lines[3], lines[2]]] })).toEqual(['order']);
  });

  it('I3: sees what is not settled', () => {
    const inbox = [good.inbox[0], { ...good.inbox[1], state: 'queued' }];
    expect(broken({ inbox })).toEqual(['unsettled']);
    const outbox = [...good.outbox, { ...good.outbox[0], key: 'text:3', state: 'pending', sent: [] }];
    expect(broken({ outbox })).toEqual(['unsettled']);
    expect(broken({ openTurns: 1 })).toEqual(['unsettled']);
  });

  it('sees a message without an outcome, and one with two', () => {
    const without = { lines: [[person('101', 'm1 hello', ['📥']), ...lines.slice(1)]] };
    expect(broken(without)).toEqual(['untold']);
    expect(broken({ ...without, happenings: [{ at: 900, what: 'archived', place: 0 }] })).toEqual([]);
    const both = person('101', 'm1 hello', ['✅', '❌']);
    const why = bot('203', 'The agent ended', '101');
    const outbox = [...good.outbox, { ...good.outbox[0], key: 'why', sent: ['203'] }];
    expect(broken({ lines: [[both, ...lines.slice(1), why]], outbox })).toEqual(['untrue', 'failed']);
  });

  it('lets a message fail only for a cause, and only with a word about it', () => {
    const bad = person('101', 'm1 hello', ['📥', '❌']);
    const why = bot('203', 'The agent ended', '101');
    const outbox = [...good.outbox, { ...good.outbox[0], key: 'why', sent: ['203'] }];
    const told = { lines: [[bad, ...lines.slice(1), why]], outbox };
    const killed = { happenings: [{ at: 1010, what: 'agent killed', session: 1 }] } as const;
    expect(broken(told)).toEqual(['failed']);
    expect(broken({ ...told, ...killed })).toEqual([]);
    expect(broken({ ...told, happenings: [{ at: 1010, what: 'agent killed', session: 2 }] })).toEqual(['failed']);
    expect(broken({ ...told, happenings: [{ at: 1010, what: 'daemon ended' }] })).toEqual(['failed']);
    expect(broken({ lines: [[bad, ...lines.slice(1)]], ...killed })).toEqual(['untold']);
  });

  it('sees a failure that is told as success', () => {
    const doomed = { ...first, ending: 'failed' } as const;
    expect(broken({ said: [said(doomed, '101', 1000), good.said[1]] })).toEqual(['untrue']);
  });

  it('sees that the agent has what the book says it has not', () => {
    const inbox = [{ ...good.inbox[0], state: 'failed' }, good.inbox[1]];
    expect(broken({ inbox })).toEqual(['untrue']);
  });

  it('sees a message that was taken back, and that the agent got all the same', () => {
    const removed = (removedAt: number): Partial<Evidence> => ({
      said: [said(first, '101', 1000, { removedAt }), good.said[1]],
      received: [
        [
          { at: 9000, text: texts[0].text },
          { at: 9100, text: texts[1].text },
        ],
      ],
      lines: [lines.slice(1)],
    });
    expect(broken(removed(8990))).toEqual([]);
    expect(broken(removed(2000))).toEqual(['deleted']);
    // Nobody heard of it: the server was in trouble.
    expect(broken({ ...removed(2000), happenings: [{ at: 1500, what: 'chat trouble' }] })).toEqual([]);
    // The daemon was away, and should have heard of it when it came back.
    const away = [
      { at: 1900, what: 'daemon ended' },
      { at: 2500, what: 'daemon starts' },
    ] as const;
    expect(broken({ ...removed(2000), happenings: away })).toEqual(['deleted']);
    const longAway = [away[0], { at: 6000, what: 'daemon starts' }] as const;
    expect(broken({ ...removed(2000), happenings: longAway })).toEqual([]);
  });

  it('sees a withdrawn message that nobody took back', () => {
    const inbox = [{ ...good.inbox[0], state: 'withdrawn' }, good.inbox[1]];
    expect(broken({ inbox, received: [texts.slice(1)] })).toEqual(['lost']);
  });

  it('sees an old text that was delivered long after it was changed', () => {
    const edited = { text: 'm1 changed words', mark: 'm1 changed', at: 1010 };
    const changed = [said(first, '101', 1000, { edited }), good.said[1]];
    expect(broken({ said: changed })).toEqual([]);
    const late = [
      { at: 9000, text: texts[0].text },
      { at: 9100, text: texts[1].text },
    ];
    expect(broken({ said: changed, received: [late] })).toEqual(['edited']);
    const right = [{ at: 9000, text: 'm1 changed words' }, late[1]!];
    expect(broken({ said: changed, received: [right] })).toEqual([]);
  });

  it('BX-09: sees a stranger who came through', () => {
    const stranger = { ...first, name: 'm9', mark: 'm9', text: 'm9 let me in', by: 'stranger' } as const;
    const evil = [...good.said, said(stranger, '109', 1200)];
    expect(broken({ said: evil })).toEqual([]);
    expect(broken({ said: evil, received: [[...texts, { at: 1300, text: 'm9 let me in' }]] })).toEqual(['stranger']);
  });

  it('sees what was asked for at the shell and did not happen, or happened though it was refused', () => {
    const asked = (stored: 'yes' | 'no' | 'unknown'): Partial<Evidence> => ({
      asked: [{ kind: 'send', session: 1, mark: 'v5', stored }],
    });
    expect(broken(asked('yes'))).toEqual(['asked']);
    expect(broken(asked('unknown'))).toEqual([]);
    expect(broken(asked('no'))).toEqual([]);
    const got = { received: [[...texts, { at: 1200, text: 'v5 from the shell' }]] };
    expect(broken({ ...asked('yes'), ...got })).toEqual([]);
    expect(broken({ ...asked('no'), ...got })).toEqual(['asked']);
  });

  it('sees what is left behind', () => {
    expect(broken({ leftovers: ['node program.js'] })).toEqual(['leftover']);
    expect(broken({ sessionsDown: ['session 1 is failed'] })).toEqual(['down']);
    expect(broken({ unknownRoutes: ['GET /x'] })).toEqual(['unknown route']);
    expect(broken({ mishaps: ['the daemon hangs'] })).toEqual(['mishap']);
  });

  it('sees a text that was given up', () => {
    const outbox = [...good.outbox, { ...good.outbox[0], key: 'text:3', state: 'failed', detail: '403', sent: [] }];
    expect(broken({ outbox })).toEqual(['lost']);
  });
});

describe('a mark', () => {
  it('is found as whole words only', () => {
    expect(countMark('You said: m1 hello', 'm1')).toBe(1);
    expect(countMark('m12 and am1', 'm1')).toBe(0);
    expect(countMark('m1, m1', 'm1')).toBe(2);
    expect(countMark('line 1 of 2010', 'line 1 of 201')).toBe(0);
    expect(countMark('slow 0.2005', 'slow 0.200')).toBe(0);
    expect(countMark('A slow answer, after 0.2005 s.', 'after 0.2005 s.')).toBe(1);
  });
});
