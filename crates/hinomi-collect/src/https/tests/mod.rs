//! Certificates and servers made by the tests, on loopback.

mod paths;
mod requests;
