/** Ends a response stream with an error. `destroy` would close the stream without reporting the error to the client. */
export function failCall(call: NodeJS.EventEmitter, error: unknown): void {
  call.emit("error", error instanceof Error ? error : new Error(String(error)));
}
