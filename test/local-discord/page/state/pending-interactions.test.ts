import { describe, expect, it } from 'vitest';

import * as interactions from '../../../../src/local-discord/page/state/pending-interactions.ts';
import { noInteractions } from '../../../../src/local-discord/page/state/pending-interactions.ts';

const press = (nonce: string): interactions.PendingInteraction => ({
  nonce,
  what: { kind: 'component', message: '5', customId: 'yes' },
  status: 'pending',
});
const form = {
  ...{ id: '70', channel_id: '100', custom_id: 'f', title: 'Form', components: [] },
  application: { id: '2', name: 'bridge' },
};

describe('what waits for an application', () => {
  it('ends with its success, known by nonce or by the id that came meanwhile', () => {
    const begun = interactions.begin(noInteractions, press('n'));
    expect(interactions.succeed(begun, { nonce: 'n' }).pending).toEqual([]);
    const identified = interactions.identify(begun, '70', 'n');
    expect(interactions.succeed(identified, { id: '70' }).pending).toEqual([]);
    expect(interactions.succeed(identified, { id: '71' }).pending).toHaveLength(1);
  });

  it('keeps a failure with its words until the next press or until it is read', () => {
    const failed = interactions.fail(interactions.begin(noInteractions, press('n')), { nonce: 'n' }, 'No such thing');
    expect(failed.pending).toMatchObject([{ status: 'failed', reason: 'No such thing' }]);
    expect(interactions.begin(failed, press('m')).pending).toMatchObject([{ nonce: 'm', status: 'pending' }]);
    expect(interactions.forgetFailure(failed, 'n').pending).toEqual([]);
  });

  it('fails after a break of the connection: nobody will tell any more', () => {
    const both = interactions.begin(interactions.begin(noInteractions, press('n')), press('m'));
    expect(interactions.failAll(both).pending.map(({ status }) => status)).toEqual(['failed', 'failed']);
  });

  it('opens a form, keeps it while a submission fails, and closes it when one succeeds', () => {
    const opened = interactions.openModal(interactions.begin(noInteractions, press('n')), { ...form, nonce: 'n' });
    expect(opened).toMatchObject({ pending: [], modal: { title: 'Form' } });
    const submission = { nonce: 's', what: { kind: 'modal', form: '70' }, status: 'pending' } as const;
    const submitted = interactions.begin(opened, submission);
    expect(interactions.fail(submitted, { nonce: 's' }, 'Too short').modal).toBeDefined();
    expect(interactions.succeed(submitted, { nonce: 's' })).toMatchObject({ pending: [], modal: undefined });
    expect(interactions.closeModal(submitted)).toMatchObject({ pending: [], modal: undefined });
  });

  it('gives suggestions to the question that they answer; one that fails is simply none', () => {
    const asked = { nonce: 'q', what: { kind: 'autocomplete' }, status: 'pending' } as const;
    const begun = interactions.identify(interactions.begin(noInteractions, asked), '80', 'q');
    const choices = [{ name: 'main', value: 'main' }];
    const answered = interactions.suggest(begun, { interaction_id: '80', choices });
    expect(answered).toMatchObject({ pending: [], suggestions: { nonce: 'q', choices } });
    expect(interactions.fail(begun, { nonce: 'q' }).pending).toEqual([]);
  });

  it('does not let an older answer take the place of the newest suggestions', () => {
    const question = (nonce: string): interactions.PendingInteraction => ({
      ...{ nonce, what: { kind: 'autocomplete' }, status: 'pending' },
    });
    const asked = ['old', 'new'].map(question).reduce(interactions.begin, noInteractions);
    const choices = [{ name: 'main', value: 'main' }];
    const answered = interactions.suggest(asked, { nonce: 'new', choices });
    expect(interactions.suggest(answered, { nonce: 'old', choices: [] }).suggestions).toEqual({
      nonce: 'new',
      choices,
    });
  });
});
