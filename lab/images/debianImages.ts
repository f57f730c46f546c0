/** What the lab has in Valkey's place: Debian's, under its own version. The program's default is newer. */
export const redisImage = "redis:7.0.15";
