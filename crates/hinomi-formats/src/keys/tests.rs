//! Keys of every format: read, opened, told apart.
