// WebRTC: the browser itself sends packets to where a page points it. Each technique has a port of its own.
"use strict";

function connect(configuration) {
  const connection = new RTCPeerConnection(configuration);
  connection.createDataChannel("lab");
  return connection;
}

async function offer(connection) {
  const made = await connection.createOffer();
  await connection.setLocalDescription(made);
  return made;
}

techniques["rtc-stun"] = async (t) => {
  const connection = /*@rtc-stun*/new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${t.port}` }] })/*@*/;
  connection.createDataChannel("lab");
  await offer(connection);
};

techniques["rtc-stun-localhost"] = async (t) => {
  const connection = /*@rtc-stun-localhost*/new RTCPeerConnection({ iceServers: [{ urls: `stun:localhost:${t.port}` }] })/*@*/;
  connection.createDataChannel("lab");
  await offer(connection);
};

techniques["rtc-stun-lan"] = async (t) => {
  const connection = /*@rtc-stun-lan*/new RTCPeerConnection({ iceServers: [{ urls: `stun:192.168.77.1:${t.port}` }] })/*@*/;
  connection.createDataChannel("lab");
  await offer(connection);
};

techniques["rtc-turn-tcp"] = async (t) => {
  const server = { urls: `turn:127.0.0.1:${t.port}?transport=tcp`, username: "u", credential: "p" };
  const connection = /*@rtc-turn-tcp*/new RTCPeerConnection({ iceServers: [server] })/*@*/;
  connection.createDataChannel("lab");
  await offer(connection);
};

techniques["rtc-set-configuration"] = async (t) => {
  const connection = connect();
  /*@rtc-set-configuration*/connection.setConfiguration({ iceServers: [{ urls: `stun:127.0.0.1:${t.port}` }] })/*@*/;
  await offer(connection);
};

const FINGERPRINT = Array.from({ length: 32 }, (_, at) => at.toString(16).padStart(2, "0")).join(":");

function stranger(ufrag, candidate) {
  const lines = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0"];
  lines.push("m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", `a=ice-ufrag:${ufrag}`);
  lines.push("a=ice-pwd:0123456789abcdef01234567", `a=fingerprint:sha-256 ${FINGERPRINT}`, "a=setup:active", "a=mid:0");
  lines.push("a=sctp-port:5000", ...(candidate ? [`a=${candidate}`] : []), "");
  return { type: "answer", sdp: lines.join("\r\n") };
}

const hostCandidate = (port) => `candidate:1 1 udp 2122260223 127.0.0.1 ${port} typ host`;

techniques["rtc-candidate"] = async (t) => {
  const connection = connect();
  await offer(connection);
  await connection.setRemoteDescription(stranger("abcd"));
  const candidate = { candidate: hostCandidate(t.port), sdpMid: "0", sdpMLineIndex: 0 };
  await /*@rtc-candidate*/connection.addIceCandidate(candidate)/*@*/;
};

techniques["rtc-remote-sdp"] = async (t) => {
  const connection = connect();
  await offer(connection);
  await /*@rtc-remote-sdp*/connection.setRemoteDescription(stranger("abcd", hostCandidate(t.port)))/*@*/;
};

techniques["rtc-ufrag-remote"] = async (t) => {
  const connection = connect();
  await offer(connection);
  const carrier = "fbp" + "A1b2".repeat(30);
  await /*@rtc-ufrag-remote*/connection.setRemoteDescription(stranger(carrier, hostCandidate(t.port)))/*@*/;
};

techniques["rtc-ufrag-local"] = async (t) => {
  const connection = connect();
  const made = await connection.createOffer();
  const carrier = "a=ice-ufrag:fbp" + "C3d4".repeat(30);
  const munged = { type: "offer", sdp: made.sdp.replace(/a=ice-ufrag:.*/, carrier) };
  await /*@rtc-ufrag-local|a*/connection.setLocalDescription(munged)/*@*/;
  await /*@rtc-ufrag-local*/connection.setRemoteDescription(stranger("abcd", hostCandidate(t.port)))/*@*/;
};
