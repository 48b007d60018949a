import type { Carry } from './rest.ts';

/** Carries requests of the page to the server it came from. By XMLHttpRequest, as `fetch` does not tell of progress. */
export const carry: Carry = ({ method, path, token, body, onProgress }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, `/api/v10${path}`);
    request.setRequestHeader('Authorization', token);
    if (body && 'json' in body) request.setRequestHeader('Content-Type', 'application/json');
    if (onProgress) {
      request.upload.addEventListener('progress', ({ loaded, total }) => {
        onProgress(total > 0 ? loaded / total : 0);
      });
    }
    request.addEventListener('load', () => {
      resolve({ status: request.status, text: request.responseText });
    });
    for (const event of ['error', 'abort', 'timeout'] as const) {
      request.addEventListener(event, () => {
        reject(new Error('no connection'));
      });
    }
    if (!body) request.send();
    else request.send('json' in body ? JSON.stringify(body.json) : body.form);
  });
