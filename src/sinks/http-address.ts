/** The address of an HTTP server, without user information: it would be printed with it, and credentials have settings of their own. */
export const HTTP_ADDRESS = '^https?://[^/@?#\\s]+(/[^@?#\\s]*)?$'
