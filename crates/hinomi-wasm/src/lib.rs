//! The watch over web pages, compiled for the browser extension.
//!
//! Everything goes in and out as JSON in UTF-8. `js/watch.js` is the whole of the other side: it hands bytes over
//! and back, and knows nothing of what they mean. Built by `cargo build -p hinomi-wasm --lib --profile wasm --target
//! wasm32-unknown-unknown`; nothing has to be generated or rewritten afterwards.
//!
//! A module holds one watch. The extension's worker may be stopped at any time: it keeps what `session::Session`
//! gives as its state and starts the next module with it.
//!
//! Invariant: no import but the two of the protocol: the module cannot reach the browser, the network or a clock.

mod session;
#[cfg(test)]
mod tests;

#[cfg(target_arch = "wasm32")]
mod exports {
    //! The functions the extension calls. Each takes bytes and gives bytes, or words for what went wrong.

    use crate::session::Session;
    use std::cell::RefCell;
    use wasm_minimal_protocol::wasm_func;

    wasm_minimal_protocol::initiate_protocol!();

    thread_local! {
        /// The one watch of this module: the protocol hands over bytes, so there is nowhere else to keep it.
        static SESSION: RefCell<Session> = RefCell::default();
    }

    /// Starts with settings and the state of the last time, which may be empty.
    #[wasm_func]
    fn start(config: &[u8], state: &[u8]) -> Result<Vec<u8>, String> {
        SESSION.with_borrow_mut(|session| session.start(config, state))
    }

    /// Changes the settings.
    #[wasm_func]
    fn configure(config: &[u8]) -> Result<Vec<u8>, String> {
        SESSION.with_borrow_mut(|session| session.configure(config))
    }

    /// Takes events, a line each; gives the sightings that are new or have changed.
    #[wasm_func]
    fn take(events: &[u8]) -> Result<Vec<u8>, String> {
        SESSION.with_borrow_mut(|session| session.take(events))
    }

    /// Everything that is held: sightings, pages, how often each allow rule was of use, what limits cut.
    #[wasm_func]
    fn report() -> Result<Vec<u8>, String> {
        SESSION.with_borrow(|session| session.report())
    }

    /// Forgets what was seen before a time, in milliseconds since 1970.
    #[wasm_func]
    fn forget(before: &[u8]) -> Result<Vec<u8>, String> {
        SESSION.with_borrow_mut(|session| session.forget(before))
    }

    /// The state, to start with again.
    #[wasm_func]
    fn snapshot() -> Vec<u8> {
        SESSION.with_borrow(|session| session.snapshot())
    }
}
