import type { OpenSocket } from './gateway-client.ts';

/** Opens the browser's own WebSocket. What is sent before it is open, or after its end, is lost like the rest. */
export const openBrowserSocket: OpenSocket = (url, handlers) => {
  const socket = new WebSocket(url);
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') handlers.onText(data);
  });
  socket.addEventListener('close', ({ code }) => {
    handlers.onClose(code);
  });
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close(code) {
      socket.close(code);
    },
  };
};
