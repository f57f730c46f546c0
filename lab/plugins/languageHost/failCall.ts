/** Ends a stream of answers with an error. Its `destroy` would close the stream without a word to whoever waits for it. */
export function failCall(call: NodeJS.EventEmitter, error: unknown): void {
  call.emit("error", error instanceof Error ? error : new Error(String(error)));
}
