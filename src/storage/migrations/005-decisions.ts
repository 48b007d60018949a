/** What is needed to decide a prompt from anywhere, and to say afterwards who did. */
export const decisionsSchema = `
-- JSON: what a yes may grant beyond the request, and what is to be answered.
ALTER TABLE prompts ADD COLUMN grants TEXT NOT NULL DEFAULT '[]';
ALTER TABLE prompts ADD COLUMN questions TEXT NOT NULL DEFAULT '[]';
-- JSON: what was chosen so far, by the question's id.
ALTER TABLE prompts ADD COLUMN draft TEXT NOT NULL DEFAULT '{}';
-- JSON: who gave the answer.
ALTER TABLE prompts ADD COLUMN answered_by TEXT;
`;
