/** Who we are and whom we trust at one time; texts are PEM. */
export interface Credentials {
  /** Value of the header; absent for a client certificate, or for nobody. */
  readonly authorization: string | undefined
  readonly tls: ClientTls
}

/** Kept the same object until something in it changes: connections are kept by it. */
export interface ClientTls {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  /** The name its certificate has, where that is not its host. */
  readonly servername: string | undefined
  readonly isVerified: boolean
}

/** How to reach one API server, and as whom. */
export interface ApiAccess {
  /** Its address with the path that stands before `/api`, if any. */
  readonly server: URL
  /** What holds now; `isUrgent` where the last one was just refused. Rejects with an Error that says why there is none. */
  current(isUrgent: boolean): Promise<Credentials>
}
