// The door `@offhook/sip/message`: SIP messages, their headers and URIs.
export { parseMessage, parseMessageText } from './parse.ts';
export { createRequest } from './create.ts';
export type { RequestInit } from './create.ts';
export { createResponse } from './respond.ts';
export type { ResponseInit } from './respond.ts';
export type { HeaderInit } from './build.ts';
export { MessageParts, Request, Response } from './message.ts';
export type { Message } from './message.ts';
export {
  appendHeader,
  prependHeader,
  removeHeader,
  replaceFirst,
  setBody,
  setHeader,
  setUri,
} from './edit.ts';
export type { Edit } from './edit.ts';
export {
  escapeUser,
  formatUri,
  isSipUri,
  isTelUri,
  parseUri,
  requestUri,
  sipUri,
  unescapeUri,
  userOf,
} from './uri.ts';
export type { OtherUri, SipUri, TelUri, Uri } from './uri.ts';
export { sameUri } from './same-uri.ts';
export { comparableHost, formatHost, isHost, sameHost } from './host.ts';
export {
  formatParameters,
  noParameters,
  parameters,
  withParameter,
  withoutParameter,
} from './parameters.ts';
export type { Parameters } from './parameters.ts';
export { formatNameAddress } from './name-address.ts';
export type { NameAddress } from './name-address.ts';
export { isToken, quote, splitList, unquote } from './scan.ts';
export { bodyParts, findPart } from './multipart.ts';
export type { BodyPart } from './multipart.ts';
export { SipError, errorTable } from './errors.ts';
export type { ErrorEntry, SipErrorCode, SipErrorOptions } from './errors.ts';
export type { MessageProblem } from './problem.ts';
export { defaultLimits } from './limits.ts';
export type { MessageLimits } from './limits.ts';
export { isKnownMethod, knownMethods } from './method.ts';
export type { Method } from './method.ts';
export { isFinal, isProvisional, isSuccess, reasonPhrase, statusClass } from './status.ts';
export type { StatusClass } from './status.ts';
export { acceptEncoding } from './header/accept-encoding.ts';
export { acceptLanguage } from './header/accept-language.ts';
export { accept } from './header/accept.ts';
export { alertInfo } from './header/alert-info.ts';
export { allowEvents } from './header/allow-events.ts';
export { allow } from './header/allow.ts';
export { authenticationInfo } from './header/authentication-info.ts';
export { formatChallenge, formatCredentials } from './header/authentication.ts';
export type { Challenge, Credentials } from './header/authentication.ts';
export { authorization } from './header/authorization.ts';
export { callId } from './header/call-id.ts';
export { callInfo } from './header/call-info.ts';
export { contact, formatContact } from './header/contact.ts';
export type { Contact, ContactValue } from './header/contact.ts';
export { contentDisposition } from './header/content-disposition.ts';
export { contentEncoding } from './header/content-encoding.ts';
export { contentLength } from './header/content-length.ts';
export { contentType } from './header/content-type.ts';
export { cseq } from './header/cseq.ts';
export type { CSeq } from './header/cseq.ts';
export { date } from './header/date.ts';
export { diversion } from './header/diversion.ts';
export { errorInfo } from './header/error-info.ts';
export { event } from './header/event.ts';
export { expires } from './header/expires.ts';
export type { HeaderField } from './header/field.ts';
export { flowTimer } from './header/flow-timer.ts';
export { from } from './header/from.ts';
export { historyInfo } from './header/history-info.ts';
export { inReplyTo } from './header/in-reply-to.ts';
export { infoPackage } from './header/info-package.ts';
export { maxForwards } from './header/max-forwards.ts';
export { formatMediaType } from './header/media-type.ts';
export type { MediaType } from './header/media-type.ts';
export { mimeVersion } from './header/mime-version.ts';
export { minExpires } from './header/min-expires.ts';
export { minSe } from './header/min-se.ts';
export { organization } from './header/organization.ts';
export { pAssertedIdentity } from './header/p-asserted-identity.ts';
export { pPreferredIdentity } from './header/p-preferred-identity.ts';
export { path } from './header/path.ts';
export { priority } from './header/priority.ts';
export { privacy } from './header/privacy.ts';
export { proxyAuthenticate } from './header/proxy-authenticate.ts';
export { proxyAuthorization } from './header/proxy-authorization.ts';
export { proxyRequire } from './header/proxy-require.ts';
export { rack } from './header/rack.ts';
export type { RAck } from './header/rack.ts';
export { reason } from './header/reason.ts';
export { recordRoute } from './header/record-route.ts';
export { recvInfo } from './header/recv-info.ts';
export { referSub } from './header/refer-sub.ts';
export { referTo } from './header/refer-to.ts';
export { referredBy } from './header/referred-by.ts';
export { replaces } from './header/replaces.ts';
export type { Replaces } from './header/replaces.ts';
export { replyTo } from './header/reply-to.ts';
export { requireField } from './header/require.ts';
export { retryAfter } from './header/retry-after.ts';
export type { RetryAfter } from './header/retry-after.ts';
export { route } from './header/route.ts';
export { rseq } from './header/rseq.ts';
export { server } from './header/server.ts';
export { serviceRoute } from './header/service-route.ts';
export { sessionExpires } from './header/session-expires.ts';
export { nilSessionId, sessionId } from './header/session-id.ts';
export type { SessionId } from './header/session-id.ts';
export type { SessionExpires } from './header/session-expires.ts';
export { sipEtag } from './header/sip-etag.ts';
export { sipIfMatch } from './header/sip-if-match.ts';
export { subject } from './header/subject.ts';
export { subscriptionState } from './header/subscription-state.ts';
export { supported } from './header/supported.ts';
export { targetDialog } from './header/target-dialog.ts';
export type { TargetDialog } from './header/target-dialog.ts';
export { timestamp } from './header/timestamp.ts';
export type { Timestamp } from './header/timestamp.ts';
export { to } from './header/to.ts';
export { formatTokenValue } from './header/token-value.ts';
export type { TokenValue } from './header/token-value.ts';
export { unsupported } from './header/unsupported.ts';
export { userAgent } from './header/user-agent.ts';
export { formatVia, via } from './header/via.ts';
export type { SentBy, Via } from './header/via.ts';
export { warning } from './header/warning.ts';
export type { Warning } from './header/warning.ts';
export { wwwAuthenticate } from './header/www-authenticate.ts';
