/** What is looked for by its age, and questions that were answered by reading whole tables. */
export const retentionSchema = `
CREATE INDEX inbox_settled ON inbox (moved_at) WHERE state IN ('acknowledged', 'withdrawn', 'failed');
CREATE INDEX inbox_handed_over ON inbox (session, seq) WHERE state IN ('sending', 'steered');
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX turns_ended ON turns (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX turns_by_session ON turns (session, seq);
CREATE INDEX prompts_unsettled ON prompts (session) WHERE state IN ('open', 'sent');
CREATE INDEX prompts_settled ON prompts (moved_at) WHERE state NOT IN ('open', 'sent');
`;
