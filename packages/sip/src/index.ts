// The door `@offhook/sip`: the user agent, its calls, and what one needs to give it.
export { UserAgent } from './ua/user-agent.ts';
export type { CallOptions, MediaEngine, OutboundOptions, UserAgentOptions } from './ua/options.ts';
export { Call } from './ua/call.ts';
export { IncomingCall } from './ua/incoming-call.ts';
export { OutgoingCall } from './ua/outgoing-call.ts';
export type { DialogId } from './dialog/id.ts';
export type { CallSession } from './ua/call.ts';
export { TransferRequest } from './ua/transfer-request.ts';
export type { TransferOptions, TransferPolicy } from './ua/transfers.ts';
export type { Replacement, ReplacementPolicy } from './ua/replacements.ts';
export type { ReferredStatus } from './subscription/sipfrag.ts';
export { Published } from './ua/published.ts';
export type { PublishOptions } from './ua/publications.ts';
export type { PublishedState, StateListener } from './subscription/event-states.ts';
export { Subscription } from './ua/subscription.ts';
export { Watcher } from './ua/watcher.ts';
export type { OfferOptions, SubscribeOptions } from './ua/events.ts';
export type { Notification } from './subscription/notification.ts';
export type { SubscriptionEnd } from './subscription/end.ts';
export type { NotifierEnd } from './subscription/notifier.ts';
export type { IncomingMessage, MessageOptions } from './ua/messages.ts';
export { sipUriOf } from './ua/account.ts';
export type { Account } from './ua/account.ts';
export type { Progress } from './session/outgoing.ts';
export type { Rejection, Ringing } from './session/responses.ts';
export { keyPressInfo, readKeyPress } from './session/dtmf-relay.ts';
export type { KeyPress } from './session/dtmf-relay.ts';
export type { Info, InfoInit } from './session/info.ts';
export type { OfferMethod } from './session/modify.ts';
export type { SessionTimerOptions } from './ua/session-timer.ts';
export type { SessionEnd } from './session/end.ts';
export { isInstance } from './ua/instance.ts';
export { Registration } from './registration/registration.ts';
export type { FlowState, RegistrationEvents } from './registration/registration.ts';
export type { Gruus, RegisteredBinding } from './registration/granted.ts';
export { Endpoint } from './endpoint/endpoint.ts';
export type { EndpointOptions } from './endpoint/endpoint.ts';
export type { Core, EndpointCounters, ServerTransaction } from './endpoint/parts.ts';
export type { RequestUser, SendOptions, SentRequest } from './endpoint/send.ts';
export { outsideRequest } from './endpoint/request.ts';
export type { OutsideRequest } from './endpoint/request.ts';
export { SipError } from './message/errors.ts';
export type { SipErrorCode } from './message/errors.ts';
export { InviteServer } from './transaction/invite-server.ts';
export { NonInviteServer } from './transaction/non-invite-server.ts';
export { defaultSettings } from './transaction/timers.ts';
export type { TransactionSettings } from './transaction/timers.ts';
export type {
  Address,
  Flow,
  FlowListener,
  Protocol,
  Remote,
  Target,
  Transport,
} from './transport/port.ts';
export type { Resolver } from './transport/resolver.ts';
export { systemClock } from './base/clock.ts';
export type { Clock, Timer } from './base/clock.ts';
export { randomFrom, systemRandom } from './base/random.ts';
export type { Random } from './base/random.ts';
export { step } from './base/figure.ts';
export type { Arrow, Figure, TimerEvent } from './base/figure.ts';
export { Machine } from './base/machine.ts';
export type { MachineOptions, MachineWork, RunningTimer, Step } from './base/machine.ts';
export { Emitter } from './base/emitter.ts';
export type { Off } from './base/emitter.ts';
export { Feed } from './base/feed.ts';
export { Scope } from './base/scope.ts';
export type { Closable } from './base/scope.ts';
export { secret, Secret, silentLogger } from './base/log.ts';
export type { LogFields, Logger } from './base/log.ts';
export { fail, ok } from './base/result.ts';
export type { Result } from './base/result.ts';
export { latin1, latin1Bytes, readable, utf8, utf8Bytes, writable } from './base/bytes.ts';
export type { Observation, Tap } from './base/tap.ts';
export { ha1 } from './auth/ha1.ts';
export { NonceIssuer, nonceMilliseconds } from './auth/nonce.ts';
export { ReplayWindow } from './auth/replay.ts';
export { challengeResponse } from './auth/challenge.ts';
export { verify } from './auth/verify.ts';
export type { Verdict } from './auth/verify.ts';
export type { DigestAlgorithm } from './auth/digest.ts';
