import { describe, expect, it } from 'vitest';

import { isLoopback, namesLoopback } from '../../../src/control/http/loopback.ts';

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost'])('takes %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', 'localhost.example.org', ''])('not %s', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe('namesLoopback', () => {
  it.each(['127.0.0.1', '127.0.0.1:9464', 'localhost:1', 'LOCALHOST:80', '[::1]:9464'])('takes %s', (header) => {
    expect(namesLoopback(header)).toBe(true);
  });

  it.each([
    ...[
      'evil.example',
      'evil.example:9464',
      '127.0.0.1.evil.example',
      'localhost@evil.example',
      'evil.example#localhost',
    ],
    ...['localhost/@evil.example', '192.168.0.1:9464', '0.0.0.0:9464', '', ' ', 'local host', 'localhost:99999'],
    undefined,
  ])('not %s', (header) => {
    expect(namesLoopback(header)).toBe(false);
  });
});
