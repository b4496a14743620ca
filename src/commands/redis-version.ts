/** The version of Redis whose behaviour clients may expect; several of them gate features on it. */
export const REDIS_VERSION = "7.2.4";
