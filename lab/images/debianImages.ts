// Debian's, under their own versions. The program's defaults are newer.

/** The lab's nginx. */
export const nginxImage = "nginx:1.22.1";

/** What the lab has in Valkey's place. */
export const redisImage = "redis:7.0.15";
