/** Debian's Redis, which the lab uses instead of Valkey, under its own version. The program's default is newer. */
export const redisImage = "redis:7.0.15";
