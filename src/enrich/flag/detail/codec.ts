import type { DetailRow } from './row.ts'

const INVALID = 'downstream_protocol_error'
const TOO_LARGE = 'request_headers_too_large'
const CANCELLED = { cause: 'client_reset_stream', afterHeaders: 'client_left_during_response' } as const

/** Details of the HTTP/1, HTTP/2 and HTTP/3 codecs: what they could not accept from the caller. */
// biome-ignore format: a table, one row a line
export const CODEC_DETAILS = [
  { value: 'http1.body_disallowed', cause: INVALID, sentence: 'The HTTP/1 message has a body where none is allowed.' },
  { value: 'http1.codec_error', cause: INVALID, sentence: 'What arrived cannot be read as HTTP/1: another protocol, TLS on a plain port, or a malformed request.' },
  { value: 'http1.connection_header_rejected', cause: INVALID, sentence: 'The Connection header of the HTTP/1 request is malformed.' },
  { value: 'http1.content_length_and_chunked_not_allowed', cause: INVALID, sentence: 'The HTTP/1 message has both Content-Length and chunked encoding, which smuggling attacks use.' },
  { value: 'http1.content_length_not_allowed', cause: INVALID, sentence: 'The HTTP/1 message has a Content-Length where none is allowed.' },
  { value: 'http1.headers_too_large', cause: TOO_LARGE, sentence: 'The HTTP/1 headers are larger than this proxy accepts.' },
  { value: 'http1.https_url_on_plaintext_connection', cause: INVALID, sentence: 'The HTTP/1 request names an https URL on a connection without TLS.' },
  { value: 'http1.invalid_characters', cause: INVALID, sentence: 'An HTTP/1 header has characters that are not allowed.' },
  { value: 'http1.invalid_scheme', cause: INVALID, sentence: 'The URL of the HTTP/1 request has an invalid scheme.' },
  { value: 'http1.invalid_transfer_encoding', cause: INVALID, sentence: 'The HTTP/1 request has a Transfer-Encoding that this proxy does not know.' },
  { value: 'http1.invalid_url', cause: INVALID, sentence: 'The URL of the HTTP/1 request cannot be read.' },
  { value: 'http1.too_many_headers', cause: TOO_LARGE, sentence: 'The HTTP/1 request has more headers than this proxy accepts.' },
  { value: 'http1.transfer_encoding_not_allowed', cause: INVALID, sentence: 'The HTTP/1 message has a Transfer-Encoding where none is allowed.' },
  { value: 'http1.unexpected_underscore', cause: INVALID, sentence: 'An HTTP/1 header name has an underscore, which this proxy is set to refuse.' },

  { value: 'http2.inbound_empty_frames_flood', cause: 'http2_flood', sentence: 'The caller sent too many empty HTTP/2 frames in a row.' },
  { value: 'http2.outbound_frames_flood', cause: 'http2_flood', sentence: 'The caller makes this proxy queue more HTTP/2 frames than it reads.' },
  { value: 'http2.invalid.header.field', cause: INVALID, sentence: 'An HTTP/2 header is invalid.' },
  { value: 'http2.too_many_headers', cause: TOO_LARGE, sentence: 'The HTTP/2 request has more headers than this proxy accepts.' },
  { value: 'http2.header_list_size_too_large', cause: TOO_LARGE, sentence: 'The HTTP/2 header list is larger than this proxy accepts.' },
  { value: 'http2.cookies_total_bytes_too_large', cause: TOO_LARGE, sentence: 'The cookies of the HTTP/2 request are larger than this proxy accepts.' },
  { value: 'http2.unexpected_underscore', cause: INVALID, sentence: 'An HTTP/2 header name has an underscore, which this proxy is set to refuse.' },
  { value: 'http2.unknown.nghttp2.error', cause: INVALID, sentence: 'The HTTP/2 library (nghttp2) refused the stream without a known reason.' },
  { value: 'http2.unknown.oghttp2.error', cause: INVALID, sentence: 'The HTTP/2 library (oghttp2) refused the stream without a known reason.' },
  { value: 'http2.violation.of.messaging.rule', cause: INVALID, sentence: 'The HTTP/2 request breaks a rule of HTTP messaging, such as a missing or repeated pseudo-header.' },
  { value: 'http2.remote_reset', ...CANCELLED },
  { value: 'http2.remote_refuse', ...CANCELLED, sentence: 'The caller refused its HTTP/2 stream.' },

  { value: 'http3.invalid_header_field', cause: INVALID, sentence: 'An HTTP/3 header is invalid.' },
  { value: 'http3.headers_too_large', cause: TOO_LARGE, sentence: 'The HTTP/3 headers are larger than this proxy accepts.' },
  { value: 'http3.unexpected_underscore', cause: INVALID, sentence: 'An HTTP/3 header name has an underscore, which this proxy is set to refuse.' },
  { value: 'http3.too_many_headers', cause: TOO_LARGE, sentence: 'The HTTP/3 request has more headers than this proxy accepts.' },
  { value: 'http3.too_many_trailers', cause: TOO_LARGE, sentence: 'The HTTP/3 request has more trailers than this proxy accepts.' },
  { value: 'http3.inconsistent_content_length', cause: INVALID, sentence: 'The body of the HTTP/3 request is not as long as its Content-Length says.' },
  { value: 'http3.remote_refuse', ...CANCELLED, sentence: 'The caller refused its HTTP/3 stream.' },
  { value: 'http3.remote_reset', ...CANCELLED },
] as const satisfies readonly DetailRow[]
