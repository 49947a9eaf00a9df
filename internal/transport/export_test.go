package transport

// HasSockets is hasSockets.
const HasSockets = hasSockets
