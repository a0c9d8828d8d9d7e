//! Each rule sees what breaks it, and leaves the rest alone.
