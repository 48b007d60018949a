import type { Action, ChatState } from './chat-state.ts';
import { changeConversation, conversationOf } from './chat-state.ts';
import { answerEdit, mergeNewest, mergeOlder, removeMessages } from './conversation.ts';
import * as outbox from './outbox.ts';
import * as interactions from './pending-interactions.ts';
import * as reading from './reading.ts';
import { hearMessage, reduceEvent } from './reduce-event.ts';

/** The state after something has happened. Pure. */
export function reduce(state: ChatState, action: Action): ChatState {
  switch (action.kind) {
    case 'event':
      return reduceEvent(state, action.event, action.now);
    case 'connection':
      return { ...state, connection: action.connection };
    case 'last-read':
      return { ...state, reading: { ...state.reading, lastRead: action.lastRead } };
    case 'show':
      return { ...state, reading: reading.show(state.reading, action.channel) };
    case 'attend': {
      const newest = newestIn(state, state.reading.shown);
      return { ...state, reading: reading.attend(state.reading, action.attentive, newest) };
    }
    case 'dismiss':
      return {
        ...state,
        reading: reading.dismiss(state.reading, action.channel, newestIn(state, action.channel)),
      };
    case 'newest':
      return changeConversation(state, action.channel, (known) => mergeNewest(known, action));
    case 'older':
      return changeConversation(state, action.channel, (known) => mergeOlder(known, action.messages, action.isAll));
    case 'write': {
      const { channel } = action.message;
      return {
        ...state,
        outbox: outbox.enqueue(state.outbox, action.message),
        reading: reading.dismiss(state.reading, channel, newestIn(state, channel)),
      };
    }
    case 'outgoing':
      return { ...state, outbox: outbox.update(state.outbox, action.nonce, action.change) };
    case 'retry':
      return { ...state, outbox: outbox.retry(state.outbox, action.nonce) };
    case 'give-up':
      return { ...state, outbox: outbox.drop(state.outbox, action.nonce) };
    case 'sent': {
      const { message, nonce } = action;
      // The event was here before the answer; whatever became of the message since then is newer, its deletion too.
      if (!state.outbox.some((one) => one.nonce === nonce)) return state;
      const isKnown = conversationOf(state, message.channel_id).messages.some(({ id }) => id === message.id);
      const heard = isKnown ? state : hearMessage(state, message); // the event may still be on its way
      return { ...heard, outbox: outbox.drop(heard.outbox, nonce) };
    }
    case 'edited':
      return changeConversation(state, action.message.channel_id, (known) => answerEdit(known, action.message));
    case 'hide-message':
      return changeConversation(state, action.channel, (known) => removeMessages(known, [action.id]));
    case 'interaction':
      return { ...state, interactions: interactions.begin(state.interactions, action.started) };
    case 'interaction-failed':
      return {
        ...state,
        interactions: interactions.fail(state.interactions, { nonce: action.nonce }, action.reason),
      };
    case 'forget-failure':
      return { ...state, interactions: interactions.forgetFailure(state.interactions, action.nonce) };
    case 'close-modal':
      return { ...state, interactions: interactions.closeModal(state.interactions) };
    case 'commands':
      return { ...state, commands: action.commands, messageCommands: action.messageCommands };
    case 'notice':
      return { ...state, notice: action.notice };
    case 'typing-over':
      return { ...state, typing: state.typing.filter(({ until }) => until > action.now) };
  }
}

function newestIn(state: ChatState, channel: string | undefined): string | undefined {
  if (channel === undefined) return undefined;
  return conversationOf(state, channel).messages.at(-1)?.id ?? state.channels.get(channel)?.newestMessage;
}
