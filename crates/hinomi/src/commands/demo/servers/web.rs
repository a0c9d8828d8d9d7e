//! The web server: rustls, with what a good server has.

use super::listen::Talk;
use crate::commands::demo::credentials::Credentials;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{Error, ServerConfig, ServerConnection, Stream};
use std::io::{Read, Write};
use std::sync::Arc;

/// Bytes of a request read.
const REQUEST_BYTES_MAX: usize = 8 << 10;
/// What every request gets.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nServer: reiji\r\nStrict-Transport-Security: max-age=63072000; includeSubDomains\r\n\
    Content-Security-Policy: default-src 'self'\r\nX-Content-Type-Options: nosniff\r\nContent-Type: text/html\r\n\
    Content-Length: 14\r\nConnection: close\r\n\r\n<h1>reiji</h1>";

/// TLS 1.2 and 1.3 in the order of the server.
pub(super) fn config(made: &Credentials) -> Result<Arc<ServerConfig>, Error> {
    let key = PrivatePkcs8KeyDer::from(made.web.pkcs8());
    let chain = vec![CertificateDer::from(made.web_certificate.clone())];
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key.into())?;
    config.ignore_client_order = true;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Answers one request; hellos that lead to none are answered by rustls alone.
pub(super) fn serve(talk: &mut Talk, config: &Arc<ServerConfig>) {
    let Ok(mut connection) = ServerConnection::new(Arc::clone(config)) else { return };
    let mut tls = Stream::new(&mut connection, talk);
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") && request.len() < REQUEST_BYTES_MAX {
        let mut part = [0; 1024];
        match tls.read(&mut part) {
            Ok(count @ 1..) => request.extend(&part[..count]),
            _ => return,
        }
    }
    if tls.write_all(ANSWER).is_ok() {
        tls.conn.send_close_notify();
        _ = tls.flush();
    }
}
