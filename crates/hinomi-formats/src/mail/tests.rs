//! Mail as it is sent.
