//! What usually listens at a port, as far as a page has a reason to ask.

/// Programs by which a machine is controlled from afar. Who looks for them wants to know whether somebody else
/// sits at the machine: anti-fraud scripts of shops and banks, and those who look for a way in.
const REMOTE_CONTROL: &[(u16, &str)] = &[
    (3389, "RDP"),
    (4899, "Radmin"),
    (5279, "Anyplace Control"),
    (5900, "VNC"),
    (5901, "VNC"),
    (5902, "VNC"),
    (5903, "VNC"),
    (5931, "Ammyy Admin"),
    (5938, "TeamViewer"),
    (5939, "TeamViewer"),
    (5944, "TeamViewer"),
    (5950, "AeroAdmin"),
    (6039, "TeamViewer"),
    (6040, "TeamViewer"),
    (6568, "AnyDesk"),
    (7070, "AnyDesk"),
];

/// Others worth a name.
const OTHERS: &[(u16, &str)] = &[
    (21, "FTP"),
    (22, "SSH"),
    (23, "Telnet"),
    (25, "SMTP"),
    (53, "DNS"),
    (110, "POP3"),
    (143, "IMAP"),
    (389, "LDAP"),
    (445, "SMB"),
    (631, "IPP"),
    (1433, "SQL Server"),
    (2375, "Docker"),
    (3306, "MySQL"),
    (5432, "PostgreSQL"),
    (6379, "Redis"),
    (9100, "printer"),
    (9200, "Elasticsearch"),
    (10250, "kubelet"),
    (11211, "memcached"),
    (27017, "MongoDB"),
];

/// What usually listens there.
pub(super) fn name(port: u16) -> Option<&'static str> {
    REMOTE_CONTROL.iter().chain(OTHERS).find(|(known, _)| *known == port).map(|(_, name)| *name)
}

/// Whether it is a port of remote control.
pub(super) fn is_remote_control(port: u16) -> bool {
    REMOTE_CONTROL.iter().any(|(known, _)| *known == port)
}
