// The one word that both parts know before they have a channel.

export const HANDSHAKE = "hinomi-page-watch";

/** The hooks heard the name of the channel. */
export const READY = "ready";
