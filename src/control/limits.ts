/** Longest line of the control protocol in bytes, in both directions: texts of 100 kB pass with every character escaped. */
export const maxLineBytes = 8 * 1024 * 1024;
