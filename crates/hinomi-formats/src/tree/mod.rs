//! The whole of one file: a mail with its attachments, an archive with its documents, each one a node.
