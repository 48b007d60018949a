import type { z } from 'zod';

import { apiErrors } from '../api-error.ts';
import type { DiscordApiError, FieldError } from '../api-error.ts';

/** A failed zod parse as Discord's "Invalid Form Body". */
export function formError(error: z.ZodError): DiscordApiError {
  return apiErrors.invalidForm(
    error.issues.map((issue): FieldError => {
      const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
      return { path, ...describe(issue) };
    }),
  );
}

function describe(issue: z.core.$ZodIssue): { code: string; message: string } {
  switch (issue.code) {
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? { code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${issue.maximum.toString()} or fewer in length.` }
        : { code: 'NUMBER_TYPE_MAX', message: `Value must be less than or equal to ${issue.maximum.toString()}.` };
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? { code: 'BASE_TYPE_MIN_LENGTH', message: `Must be ${issue.minimum.toString()} or more in length.` }
        : { code: 'NUMBER_TYPE_MIN', message: `Value must be greater than or equal to ${issue.minimum.toString()}.` };
    case 'invalid_type':
      return issue.input === undefined
        ? { code: 'BASE_TYPE_REQUIRED', message: 'This field is required' }
        : { code: 'BASE_TYPE_INVALID', message: issue.message };
    default:
      return { code: 'BASE_TYPE_INVALID', message: issue.message };
  }
}
