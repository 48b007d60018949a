/**
 * Characters that end a line or steer a terminal somewhere, and may stand in JSON as they are: control characters, the
 * line and paragraph separators, and what turns the direction of what follows (UTS #55).
 */
const steering =
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON in one line with such characters in their escaped form: nobody can write a line of their own, or steer a terminal. */
export function oneLine(json: string): string {
  return json.replace(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
