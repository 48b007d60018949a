// A small client for Discord's REST and Gateway. Knows nothing about how anything is shown.

const resumableFor = new Set([4000, 4001, 4002, 4003, 4005, 4008]);

/** REST calls as one user. Rejects with the server's own words. */
export class Rest {
  #token;

  constructor(token) {
    this.#token = token;
  }

  async call(method, path, body) {
    const response = await fetch(`/api/v10${path}`, {
      method,
      headers: { authorization: this.#token, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (response.status === 204) return undefined;
    const answer = await response.json();
    if (response.ok) return answer;
    if (response.status === 429) {
      await new Promise((resolve) => setTimeout(resolve, answer.retry_after * 1000));
      return this.call(method, path, body);
    }
    throw Object.assign(new Error(answer.message), { status: response.status, code: answer.code });
  }
}

/**
 * One lasting gateway connection: heartbeats, resumes after a break, and begins anew when that is refused. Calls
 * `onDispatch(event, data)` for each event and `onState('connecting' | 'ready' | 'refused')`.
 */
export class GatewayClient {
  #token;
  #rest;
  #onDispatch;
  #onState;
  #socket;
  #session;
  #sequence = null;
  #attempts = 0;
  #retry;
  #heartbeat;
  #watchdog;
  #acknowledged = true;

  constructor({ token, rest, onDispatch, onState }) {
    this.#token = token;
    this.#rest = rest;
    this.#onDispatch = onDispatch;
    this.#onState = onState;
  }

  /** Connects now, if it is not connected. */
  async connect() {
    clearTimeout(this.#retry);
    if (this.#socket) return;
    this.#onState('connecting');
    try {
      const url = this.#session?.url ?? (await this.#rest.call('GET', '/gateway')).url;
      if (!this.#socket) this.#open(`${url}/?v=10&encoding=json`);
    } catch {
      this.#tryLater(); // the server is away; that is what the state says
    }
  }

  #open(url) {
    const socket = new WebSocket(url);
    this.#socket = socket;
    // A server that accepts and then says nothing is as good as none.
    this.#watchdog = setTimeout(() => this.#drop(true), 10_000);
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#onFrame(JSON.parse(data));
    });
    socket.addEventListener('close', ({ code }) => {
      if (socket !== this.#socket) return;
      if (code >= 4000 && !resumableFor.has(code)) this.#session = undefined;
      this.#drop(false);
      if (code === 4004) this.#onState('refused');
      else this.#tryLater();
    });
  }

  #onFrame({ op, t, s, d }) {
    if (s !== null && s !== undefined) this.#sequence = s;
    if (op === 10) this.#greet(d.heartbeat_interval);
    else if (op === 11) this.#acknowledged = true;
    else if (op === 1) this.#send(1, this.#sequence);
    else if (op === 7) this.#drop(true);
    else if (op === 9) {
      if (!d) this.#session = undefined;
      this.#drop(true);
    } else if (op === 0) this.#onEvent(t, d);
  }

  #greet(interval) {
    this.#acknowledged = true;
    this.#heartbeat = setInterval(() => {
      if (!this.#acknowledged) this.#drop(true);
      this.#acknowledged = false;
      this.#send(1, this.#sequence);
    }, interval);
    if (this.#session) {
      this.#send(6, { token: this.#token, session_id: this.#session.id, seq: this.#sequence });
    } else {
      this.#sequence = null;
      this.#send(2, { token: this.#token, properties: { os: 'browser', browser: 'page', device: 'page' } });
    }
  }

  #onEvent(event, data) {
    if (event === 'READY') this.#session = { id: data.session_id, url: data.resume_gateway_url };
    if (event === 'READY' || event === 'RESUMED') {
      clearTimeout(this.#watchdog);
      this.#attempts = 0;
      this.#onState('ready');
    }
    this.#onDispatch(event, data);
  }

  #send(op, d) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ op, d }));
  }

  /** Leaves the socket; 4000 keeps the session resumable. */
  #drop(again) {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#watchdog);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(4000);
    if (again) this.#tryLater();
  }

  #tryLater() {
    this.#onState('connecting');
    clearTimeout(this.#retry);
    // Resuming failed twice: the server may have forgotten the session without saying so.
    if (this.#attempts >= 2) this.#session = undefined;
    const delay = Math.min(15_000, 300 * 2 ** this.#attempts) * (0.5 + Math.random() / 2);
    this.#attempts += 1;
    this.#retry = setTimeout(() => this.connect(), delay);
  }
}
