import * as net from "node:net";

/**
 * Ends this process when its parent has ended, even by `kill -9`.
 * The parent holds the other end of this pipe.
 */
const parent = new net.Socket({ fd: 3 });
parent.on("close", () => process.exit(1)).on("error", () => process.exit(1));
parent.resume().unref();
