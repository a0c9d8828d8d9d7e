//! Received and Authentication-Results as the common servers write them.

use super::*;

#[track_caller]
fn hop(value: &str, expected: [&str; 4], date: bool) {
    let mail = parse(format!("Received: {value}\r\n\r\n").as_bytes()).value;
    let hop = &mail.received[0];
    let found = [&hop.from, &hop.from_ip, &hop.by, &hop.recipient].map(|v| v.as_deref().unwrap_or("-"));
    assert_eq!(found, expected, "{value}");
    assert_eq!(hop.date_unix_s.is_some(), date);
}

#[test]
fn received_of_common_servers() {
    let date = "; Thu, 23 Jul 2020 09:15:00 +0900 (JST)";
    hop(
        &format!(
            "from helo.example (rdns.example [192.0.2.1])\r\n\tby mx.example (Postfix) with ESMTPS id ABC\r\n\tfor <me@b.example>{date}"
        ),
        ["helo.example", "192.0.2.1", "mx.example", "me@b.example"],
        true,
    );
    hop(
        &format!(
            "from a.example (a.example. [2001:db8::1]) by mx.google.example with ESMTPS id x for <me@b.example> (version=TLS1_3){date}"
        ),
        ["a.example", "2001:db8::1", "mx.google.example", "me@b.example"],
        true,
    );
    hop(
        "from A.example (2001:db8::2) by B.example\r\n (10.0.0.1) with Microsoft SMTP Server id 15.20; Thu, 23 Jul 2020 00:15:00 +0000",
        ["A.example", "2001:db8::2", "B.example", "-"],
        true,
    );
    hop(
        "from unknown (HELO x.example) (192.0.2.9)\r\n  by 0 with SMTP; 23 Jul 2020 00:15:00 -0000",
        ["unknown", "192.0.2.9", "0", "-"],
        true,
    );
    hop(
        "from [192.0.2.3] (helo=x.example) by mx.example with esmtp (Exim 4.94) (envelope-from <a@a.example>) id 1",
        ["[192.0.2.3]", "192.0.2.3", "mx.example", "-"],
        false,
    );
    hop("from x ([IPv6:2001:db8::5] may be forged) by y", ["x", "2001:db8::5", "y", "-"], false);
    hop("(qmail 123 invoked by uid 0); 23 Jul 2020 00:15:00 -0000", ["-", "-", "-", "-"], true);
    hop("by mx.example id 7; Thu, 23 Jul 2020 00:15:00 +0000", ["-", "-", "mx.example", "-"], true);
    hop("", ["-", "-", "-", "-"], false);
}

#[track_caller]
fn results(value: &str, expected: &[&str]) {
    let mail = parse(format!("Authentication-Results: {value}\r\n\r\n").as_bytes()).value;
    let found: Vec<String> = mail
        .authentication
        .iter()
        .map(|a| {
            let properties: String =
                a.properties.iter().map(|(name, value)| format!(" {name}={value}")).collect();
            format!("{}: {}={}{properties}", a.authserv_id, a.method, a.result)
        })
        .collect();
    assert_eq!(found, expected, "{value}");
}

#[test]
fn authentication_results() {
    results(
        "mx.example;\r\n spf=pass (sender SPF; ok) smtp.mailfrom=a@a.example;\r\n dkim=fail reason=\"bad; sig\" header.d=a.example header.s=s1;\r\n dmarc=NONE header.from=a.example",
        &[
            "mx.example: spf=pass smtp.mailfrom=a@a.example",
            "mx.example: dkim=fail reason=bad; sig header.d=a.example header.s=s1",
            "mx.example: dmarc=none header.from=a.example",
        ],
    );
    results("mx.example 1; none", &[]);
    results(
        "spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=a.example; dkim = pass",
        &[": spf=fail smtp.mailfrom=a.example", ": dkim=pass"],
    );
    results("mx.example; dkim/1=pass header.i=@a.example", &["mx.example: dkim=pass header.i=@a.example"]);
}
